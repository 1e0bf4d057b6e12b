import ArgumentParser
import Foundation
import Gateway
import Metering
import Reporting
import Storage

/// Documents.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Documents.",
        subcommands: [Usage.self, Validation.self, Ways.self, Filled.self]
    )

    /// Usage by calendar month, with its coverage.
    struct Usage: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Usage of every service point by calendar month."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var span: SpanOptions
        @OptionGroup var document: DocumentOptions
        @Flag(help: "What was used before the present contract too; needs --by and --reason, and is logged.")
        var allSpans = false
        @Option(help: "Who wants to see it.") var by: String?
        @Option(help: "Why.") var reason: String?

        func validate() throws {
            guard !allSpans || !(by ?? "").isEmpty && !(reason ?? "").isEmpty else {
                throw ValidationError("--all-spans needs --by and --reason")
            }
        }

        func run() async throws {
            let allSpans = allSpans
            if allSpans { try await logAccess(in: try await folders.visitedStore(Voice(json: false))) }
            try await document.write(folders, span) {
                try await $0.usageReport(over: $1, allContracts: allSpans).text(style: $2)
            }
        }

        /// Who saw former residents' usage, before it is shown.
        private func logAccess(in store: MeterStore) async throws {
            try await store.record(
                AuditEntry(
                    at: presentInstant(),
                    person: by ?? "",
                    action: "view_all_contracts",
                    subject: "report usage",
                    detail: "\(span.from) to \(span.to): \(reason ?? "")"
                )
            )
        }
    }

    /// What the validation rules say.
    struct Validation: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What the validation rules say of every service point: spikes, gaps, falls, standstill."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var span: SpanOptions
        @OptionGroup var document: DocumentOptions

        func run() async throws {
            try await document.write(folders, span) {
                try await $0.validationReport(over: $1).text(style: $2)
            }
        }
    }
}

extension ReportCommand {
    /// How two ways to one meter stand to each other.
    struct Ways: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How the two ways of a service point stand to each other: offset, clock, missing hours."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var span: SpanOptions
        @OptionGroup var document: DocumentOptions
        @OptionGroup var knowledge: KnowledgeOptions

        func run() async throws {
            let asOf = try knowledge.instant
            try await document.write(folders, span) {
                try await $0.waysReport(over: $1, asOf: asOf).text(style: $2)
            }
        }
    }

    /// Where filled readings come from.
    struct Filled: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every reading that a second way filled in, with the record that it came from."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var span: SpanOptions
        @OptionGroup var document: DocumentOptions
        @OptionGroup var knowledge: KnowledgeOptions

        func run() async throws {
            let asOf = try knowledge.instant
            try await document.write(folders, span) {
                try await $0.filledReport(over: $1, asOf: asOf).text(style: $2)
            }
        }
    }
}

/// By when something must have been stored to count.
struct KnowledgeOptions: ParsableArguments {
    @Option(help: "Only what was stored by then, such as 2026-04-03T09:00:00+09:00.") var asOf: String?

    var instant: Instant? {
        get throws {
            guard let asOf else { return nil }
            guard let instant = Instant(iso8601: asOf) else {
                throw ValidationError("--as-of: an instant such as 2026-04-03T09:00:00+09:00")
            }
            return instant
        }
    }
}

/// Where a document goes, and in which form.
struct DocumentOptions: ParsableArguments {
    @Option(help: "The format: csv.") var format = "csv"
    @Option(help: "The file; standard output when none is named.") var output: String?
    @Flag(help: "For Excel: a byte order mark and CR LF.") var excel = false

    func validate() throws {
        guard format == "csv" else { throw ValidationError("--format: csv") }
    }

    /// Writes what `text` makes of the stored readings.
    func write(
        _ folders: FolderOptions,
        _ span: SpanOptions,
        _ text: (Ledger, Range<LocalDay>, CSVStyle) async throws -> String
    ) async throws {
        let voice = Voice(json: false)
        let configuration = try folders.configuration(voice, command: "report")
        let days = try span.days(voice)
        let store = try await folders.visitedStore(voice)
        let ledger = Ledger(store: store, pilot: configuration.pilot)
        let text = try await text(ledger, days, excel ? .spreadsheet : .report)
        if let output {
            try text.write(toFile: output, atomically: true, encoding: .utf8)
        } else {
            print(text, terminator: "")
        }
    }
}

/// A span of days in Japan.
struct SpanOptions: ParsableArguments {
    @Option(help: "The first day, such as 2026-04-01.") var from: String
    @Option(help: "The day after the last one.") var to: String

    func days(_ voice: Voice) throws -> Range<LocalDay> {
        guard let first = LocalDay(from), let last = LocalDay(to), first < last else {
            voice.tell(
                "--from and --to: two days such as 2026-04-01, the first before the second; found \(from) and \(to)",
                "--from と --to: 2026-04-01 のような二つの日付 (from が先) が必要ですが、\(from) と \(to) があります"
            )
            throw ExitCode.refused
        }
        return first..<last
    }
}
