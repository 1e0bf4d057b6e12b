import ArgumentParser
import Console
import Metering
import Storage

extension EventsCommand {
    /// Lists what people explained.
    struct Resolutions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Falls, jumps and bad readings that people explained."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A service point; all when none is named.") var point: String?
        @Flag(help: "Those too that were taken back.") var all = false

        struct Document: Encodable {
            let schema = "mizumori.events.resolutions/1"
            let resolutions: [Entry]
        }

        struct Entry: Encodable {
            let resolution: Int64
            let servicePoint: String
            let kind: String
            let from: String
            let to: String
            @OrNull var at: String?
            let by: String
            let reason: String
            @OrNull var undoneAt: String?

            init(_ stored: StoredResolution) {
                resolution = stored.number
                servicePoint = stored.point.rawValue
                kind = stored.kind
                from = stored.from.description
                to = stored.to.description
                at = stored.at?.description
                by = stored.by
                reason = stored.reason
                undoneAt = stored.undoneAt?.description
            }
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let store = try await folders.visitedStore(voice)
            let stored = try await store.resolutions(
                of: point.map { ServicePoint.ID($0) },
                includingUndone: all
            )
            try voice.say(Document(resolutions: stored.map(Entry.init)), orText: text(stored, voice))
        }

        private func text(_ stored: [StoredResolution], _ voice: Voice) -> String {
            guard !stored.isEmpty else { return voice.phrase("No resolutions.", "処置の記録はありません。") }
            var table = TextTable([
                voice.phrase("number", "番号"), voice.phrase("point", "水栓番号"), voice.phrase("kind", "処置"),
                voice.phrase("from", "開始"), voice.phrase("to", "終了"), voice.phrase("by", "記録者"),
                voice.phrase("reason", "理由"), voice.phrase("state", "状態"),
            ])
            for resolution in stored {
                table.append([
                    "\(resolution.number)", resolution.point.rawValue, word(for: resolution.kind, voice),
                    resolution.from.minute, resolution.to.minute, resolution.by, resolution.reason,
                    resolution.undoneAt == nil ? "" : voice.phrase("undone", "取消"),
                ])
            }
            return table.render()
        }

        private func word(for kind: String, _ voice: Voice) -> String {
            let japanese = ["exchange": "メーター交換", "correction": "指針訂正", "invalid": "無効期間"]
            return voice.phrase(kind, japanese[kind] ?? kind)
        }
    }
}
