import ArgumentParser
import Console
import Gateway
import Metering
import Storage

/// Lets go of what is over.
struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "What is over by the retention settings, and letting it go.",
        subcommands: [RetentionPlan.self, RetentionApply.self]
    )

    struct Document: Encodable {
        let schema: String
        let done: Bool
        @OrNull var readingsBefore: String?
        @OrNull var billingBasisBefore: String?
        @OrNull var telegramsBefore: String?
        @OrNull var auditBefore: String?
        let counts: [Count]
        let held: [Held]
    }

    struct Count: Encodable {
        let kind: String
        let month: String
        let rows: Int
    }

    struct Held: Encodable {
        let servicePoint: String
        let reason: String
    }
}

/// Tells what would go.
struct RetentionPlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What would go; nothing is changed."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions

    func run() async throws {
        let voice = Voice(json: speech.json)
        let (retaining, keepsAll) = try await folders.retaining(voice, command: "retention.plan")
        let outcome = try await voice.refusing { try await retaining.plan(at: presentInstant()) }
        try voice.say(outcome, isDone: false, keepsAll: keepsAll)
    }
}

/// Lets it go.
struct RetentionApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Let go of what is over; audited, and counted for verify."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Option(help: "Who says so.") var by: String
    @Option(help: "Why.") var reason: String

    func validate() throws {
        guard !by.isEmpty, !reason.isEmpty else {
            throw ValidationError("--by and --reason must not be empty")
        }
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let (retaining, keepsAll) = try await folders.retaining(voice, command: "retention.apply")
        let outcome = try await voice.refusing {
            try await retaining.apply(by: by, reason: reason, at: presentInstant())
        }
        try voice.say(outcome, isDone: true, keepsAll: keepsAll)
    }
}

extension FolderOptions {
    fileprivate func retaining(_ voice: Voice, command: String) async throws -> (Retaining, keepsAll: Bool) {
        let (configuration, store) = try await registered(voice, command: command)
        let settings = configuration.settings.retention
        return (Retaining(settings, pilot: configuration.pilot, store: store), settings.keepsAll)
    }
}

extension Voice {
    fileprivate func say(_ outcome: Retaining.Outcome, isDone: Bool, keepsAll: Bool) throws {
        let limits = outcome.limits
        let document = RetentionCommand.Document(
            schema: "mizumori.retention.\(isDone ? "apply" : "plan")/1",
            done: isDone,
            readingsBefore: limits.readings?.description,
            billingBasisBefore: limits.billingBasis?.description,
            telegramsBefore: limits.telegrams?.description,
            auditBefore: limits.audit?.description,
            counts: outcome.counts.map { count in
                RetentionCommand.Count(
                    kind: count.kind.rawValue,
                    month: count.month.description,
                    rows: count.count
                )
            },
            held: outcome.held.map {
                RetentionCommand.Held(servicePoint: $0.point.rawValue, reason: $0.reason.rawValue)
            }
        )
        try say(document, orText: text(outcome, isDone: isDone, keepsAll: keepsAll))
    }

    private func text(_ outcome: Retaining.Outcome, isDone: Bool, keepsAll: Bool) -> String {
        guard !keepsAll else {
            return phrase(
                "Everything is kept: gateway.yaml names no span under retention.",
                "すべて保存します (gateway.yaml の retention に保存期間がありません)。"
            )
        }
        var table = TextTable(
            [phrase("month", "年月"), phrase("what", "種別"), phrase("rows", "件数")],
            rightAligned: [2]
        )
        for count in outcome.counts {
            let kind = phrase(count.kind.rawValue, count.kind.japanese)
            table.append([count.month.description, kind, "\(count.count)"])
        }
        let held = outcome.held.map { hold in
            phrase(
                "\(hold.point): stays, \(hold.reason.rawValue)",
                "\(hold.point): 保持 (\(hold.reason.japanese))"
            )
        }
        let verdict =
            isDone
            ? phrase("\(outcome.total) rows went.", "\(outcome.total) 件を削除しました。")
            : phrase(
                "\(outcome.total) rows would go. Nothing is changed yet.",
                "削除対象 \(outcome.total) 件。まだ削除していません。"
            )
        return ([table.render()] + held + [verdict]).joined(separator: "\n")
    }
}
