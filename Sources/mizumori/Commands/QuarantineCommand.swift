import ArgumentParser
import Console
import Foundation
import Gateway
import Metering
import Storage

/// What was put aside, and what people decide about it.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Records that were put aside.",
        subcommands: [List.self, Release.self, Drop.self]
    )

    /// What waits.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What waits; with --all, what was decided.")

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Flag(help: "The released and the dropped ones too.") var all = false
        @Option(help: "The most entries.") var limit = 1_000

        struct Document: Encodable {
            let schema = "mizumori.quarantine.list/1"
            let entries: [Entry]
        }

        struct Entry: Encodable {
            let id: Int64
            let path: String
            let record: String
            let place: String
            let field: String
            let expected: String
            let found: String
            let storedAt: String
            let lastSeenAt: String
            let seen: Int
            let state: String
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let store = try await folders.visitedStore(voice)
            let entries = try await store.quarantined(limit: limit, includingDecided: all)
            try voice.say(Document(entries: entries.map(Entry.init)), orText: text(entries, voice))
        }

        private func text(_ entries: [QuarantinedRecord], _ voice: Voice) -> String {
            guard !entries.isEmpty else { return voice.phrase("Nothing waits.", "保留中の記録はありません。") }
            var table = TextTable(
                [
                    voice.phrase("id", "番号"), voice.phrase("path", "経路"), voice.phrase("where", "場所"),
                    voice.phrase("field", "項目"), voice.phrase("expected", "必要な値"),
                    voice.phrase("found", "実際の値"),
                    voice.phrase("since", "受信"), voice.phrase("seen", "回数"), voice.phrase("state", "状態"),
                ],
                rightAligned: [0, 7]
            )
            for entry in entries {
                table.append([
                    "\(entry.number)", entry.path.rawValue, entry.rejection.place, entry.rejection.field,
                    String(
                        voice.phrase(entry.rejection.expected, entry.rejection.expectedInJapanese).prefix(40)
                    ), String(entry.rejection.found.prefix(40)),
                    String(entry.storedAt.japaneseDescription.prefix(16)), "\(entry.seenCount)",
                    voice.phrase(entry.state.rawValue, entry.state.japanese),
                ])
            }
            return table.render()
        }
    }

    /// Takes records after all.
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read records again, by the layouts and the register of now, and take them."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var decision: DecisionOptions

        func run() async throws {
            let voice = Voice(json: false)
            let configuration = try folders.configuration(voice, command: "quarantine.release")
            let store = try await folders.visitedStore(voice)
            try await store.registerPilot(of: configuration)
            let desk = QuarantineDesk(store: store, configuration: configuration)
            try await decision.each(store, voice) { id in
                let released = try await desk.release(
                    id,
                    by: decision.by,
                    reason: decision.reason,
                    at: presentInstant()
                )
                let (tally, alarms) = (released.readings, released.alarms)
                voice.tell(
                    "\(id): released, \(tally.stored) stored, \(tally.duplicates) known already, \(alarms) alarms",
                    "\(id): 取り込みました (保存 \(tally.stored) 件、既知 \(tally.duplicates) 件、アラーム \(alarms) 件)"
                )
            }
        }
    }

    /// Puts records away for good.
    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put records away for good; they are kept, and not used."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var decision: DecisionOptions

        func run() async throws {
            let voice = Voice(json: false)
            let store = try await folders.visitedStore(voice)
            try await decision.each(store, voice) { id in
                try await store.dropQuarantined(
                    id,
                    by: decision.by,
                    reason: decision.reason,
                    at: presentInstant()
                )
                voice.tell("\(id): dropped", "\(id): 破棄しました")
            }
        }
    }
}

/// Which entries, and whose decision.
struct DecisionOptions: ParsableArguments {
    @Argument(help: "Numbers of entries, as the list shows them.") var ids: [Int64]
    @Flag(help: "Also every other entry with the same path, field and found value: all rows of one meter.")
    var same = false
    @Option(help: "Who decides.") var by: String
    @Option(help: "Why.") var reason: String

    /// Decides on one entry after the other; those that fail are told, and the rest goes on.
    func each(
        _ store: MeterStore,
        _ voice: Voice,
        _ decide: (Int64) async throws -> Void
    ) async throws {
        guard !by.isEmpty, !reason.isEmpty else {
            voice.tell("--by and --reason must say something", "--by と --reason を指定してください")
            throw ExitCode.refused
        }
        var hasFailed = false
        for id in try await selected(store) {
            do {
                try await decide(id)
            } catch {
                hasFailed = true
                voice.tell(
                    "\(id): \(error)",
                    "\(id): \((error as? any BilingualError)?.japanese ?? "\(error)")"
                )
            }
        }
        if hasFailed { throw ExitCode.refused }
    }

    private func selected(_ store: MeterStore) async throws -> [Int64] {
        guard same else { return ids }
        let waiting = try await store.quarantined(limit: .max)
        let named = waiting.filter { ids.contains($0.number) }
        let alike = waiting.filter { entry in
            named.contains {
                $0.path == entry.path && $0.rejection.field == entry.rejection.field
                    && $0.rejection.found == entry.rejection.found
            }
        }
        return ids.filter { id in !alike.contains { $0.number == id } } + alike.map(\.number)
    }
}

extension QuarantineDesk.Refusal: BilingualError {
    var japanese: String {
        switch self {
        case .notWaiting: "保留中の記録がありません"
        case .notKept(_, let path): "読み直すための原本がありません (経路 \(path))。もう一度取り込んでください"
        case .stillRefused(_, let rejection):
            "まだ取り込めません: \(rejection.place): \(rejection.field): \(rejection.expectedInJapanese) が必要ですが、"
                + "\(rejection.found) があります"
        case .contradicts(_, let rejection):
            "同じ時刻に別の指針が保存されています (\(rejection.expectedInJapanese)、\(rejection.found))。正しい場合は resolve --as correction で訂正してください"
        case .empty: "指針もアラームもありません"
        }
    }
}

extension QuarantinedRecord.State {
    fileprivate var japanese: String {
        switch self {
        case .waiting: "保留"
        case .released: "取込済"
        case .dropped: "破棄"
        }
    }
}

extension QuarantineCommand.List.Entry {
    fileprivate init(_ entry: QuarantinedRecord) {
        id = entry.number
        path = entry.path.rawValue
        record = entry.record
        place = entry.rejection.place
        field = entry.rejection.field
        expected = entry.rejection.expected
        found = entry.rejection.found
        storedAt = entry.storedAt.description
        lastSeenAt = entry.lastSeenAt.description
        seen = entry.seenCount
        state = entry.state.rawValue
    }
}
