import ArgumentParser
import Console
import Gateway
import Metering
import Storage

/// What people did and found, as it is recorded.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "What people did and found at service points.",
        subcommands: [List.self, Withdraw.self, Compare.self, Resolutions.self]
    )

    /// Lists events.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Events in order of time.")

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A service point; all when none is named.") var point: String?
        @Flag(help: "Withdrawn ones too.") var all = false

        struct Document: Encodable {
            let schema = "mizumori.events.list/1"
            let events: [Event]
            let contracts: [Contract]
        }

        struct Event: Encodable {
            let event: String
            let place: String
            let kind: String
            let at: String
            @OrNull var until: String?
            @OrNull var indexMl: Int64?
            @OrNull var held: String?
            let detail: String
            let by: String
            let reason: String
            let revision: Int
            let withdrawn: Bool
            let recordedAt: String

            init(_ record: RecordedEvent) {
                let said = record.event
                event = record.id.description
                place = said.place.description
                kind = said.kind.rawValue
                at = said.at.description
                until = said.until?.description
                indexMl = said.index?.millilitres
                held = record.held?.rawValue
                detail = said.detail
                by = said.by
                reason = said.reason
                revision = record.revision
                withdrawn = record.isWithdrawn
                recordedAt = record.recordedAt.description
            }
        }

        struct Contract: Encodable {
            @OrNull var from: String?
            @OrNull var to: String?
            let state: String
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let store = try await folders.visitedStore(voice)
            let id = point.map { ServicePoint.ID($0) }
            let events = try await store.events(of: id, includingWithdrawn: all)
            let spans = id == nil ? [] : ContractSpans(events.filter { !$0.isWithdrawn }.map(\.event)).spans
            let document = Document(
                events: events.map(Event.init),
                contracts: spans.map {
                    Contract(from: $0.from?.description, to: $0.to?.description, state: $0.state.rawValue)
                }
            )
            try voice.say(document, orText: text(events, voice))
        }

        private func text(_ events: [RecordedEvent], _ voice: Voice) -> String {
            guard !events.isEmpty else { return voice.phrase("No events.", "記録はありません。") }
            var table = TextTable([
                voice.phrase("event", "番号"), voice.phrase("place", "水栓番号・地区"), voice.phrase("kind", "種別"),
                voice.phrase("at", "日時"), voice.phrase("until", "終了"), voice.phrase("m3", "指針 m3"),
                voice.phrase("by", "記録者"), voice.phrase("reason", "理由"), voice.phrase("state", "状態"),
            ])
            for record in events {
                let said = record.event
                table.append([
                    record.id.description, said.place.description,
                    voice.phrase(said.kind.rawValue, said.kind.japanese), said.at.minute,
                    said.until?.minute ?? "", said.index.map { "\($0.wholeCubicMetres)" } ?? "", said.by,
                    said.reason, state(of: record, voice),
                ])
            }
            return table.render()
        }

        private func state(of record: RecordedEvent, _ voice: Voice) -> String {
            if record.isWithdrawn { return voice.phrase("withdrawn", "取消") }
            return record.held == nil ? "" : voice.phrase("held", "要確認")
        }
    }

    /// Withdraws an event.
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an event count no more; it stays on record."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "The event's number (E-000012).") var event: String
        @Option(help: "Who withdraws it.") var by: String
        @Option(help: "Why.") var reason: String

        struct Document: Encodable {
            let schema = "mizumori.events.withdraw/1"
            let event: String
        }

        func validate() throws {
            guard RecordedEvent.ID(event) != nil else { throw ValidationError("an event such as E-000012") }
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let id = RecordedEvent.ID(event) ?? RecordedEvent.ID(0)
            let store = try await folders.visitedStore(voice)
            try await voice.refusing {
                try await store.withdraw(id, by: by, reason: reason, at: presentInstant())
            }
            try voice.say(
                Document(event: id.description),
                orText: voice.phrase("\(id) withdrawn", "\(id) を取り消しました")
            )
        }
    }

    /// Compares hand readings with the index.
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hand readings beside the index at their instants (目視照合)."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A service point; all when none is named.") var point: String?

        struct Document: Encodable {
            let schema = "mizumori.events.compare/1"
            let comparisons: [Comparison]
        }

        struct Comparison: Encodable {
            let event: String
            let servicePoint: String
            let at: String
            let handM3: Int64
            @OrNull var smartMl: Int64?
            @OrNull var differenceMl: Int64?
            let verdict: String
            @OrNull var held: String?

            init(_ comparison: HandReadings.Comparison) {
                let said = comparison.record.event
                event = comparison.record.id.description
                servicePoint = said.place.description
                at = said.at.description
                handM3 = said.index?.wholeCubicMetres ?? 0
                smartMl = comparison.smart?.millilitres
                differenceMl = comparison.difference?.millilitres
                verdict = comparison.verdict.rawValue
                held = comparison.record.held?.rawValue
            }
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let (configuration, store) = try await folders.registered(voice, command: "events.compare")
            let comparisons = try await HandReadings(pilot: configuration.pilot, store: store)
                .comparisons(of: point.map { ServicePoint.ID($0) })
            try voice.say(
                Document(comparisons: comparisons.map(Comparison.init)),
                orText: text(comparisons, voice)
            )
        }

        private func text(_ comparisons: [HandReadings.Comparison], _ voice: Voice) -> String {
            var table = TextTable(
                [
                    voice.phrase("point", "水栓番号"), voice.phrase("at", "日時"), voice.phrase("hand m3", "目視 m3"),
                    voice.phrase("smart m3", "スマート m3"), voice.phrase("difference L", "差 L"),
                    voice.phrase("verdict", "判定"),
                ],
                rightAligned: [2, 3, 4]
            )
            for comparison in comparisons {
                let said = comparison.record.event
                table.append([
                    said.place.description, said.at.minute, "\(said.index?.wholeCubicMetres ?? 0)",
                    comparison.smart.map(cubicMetres) ?? "―",
                    comparison.difference.map { "\($0.roundedLitres)" } ?? "―",
                    comparison.verdict.word(voice),
                ])
            }
            return table.render()
        }
    }
}

extension HandReadings.Verdict {
    fileprivate func word(_ voice: Voice) -> String {
        switch self {
        case .same: voice.phrase("same", "一致")
        case .near: voice.phrase("1 m3 apart", "1m3差")
        case .differs: voice.phrase("differs", "検針値不一致")
        case .unknown: voice.phrase("nothing to compare", "比較不可")
        }
    }
}

extension Instant {
    /// In Japan's time, to the minute, as tables show it: `2026-03-01 10:00`.
    var minute: String {
        let text = japaneseDescription
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }
}
