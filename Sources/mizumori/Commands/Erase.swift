import ArgumentParser
import Console
import Foundation
import Gateway
import Metering
import Storage

/// Erases what tells of the people at a service point before its present contract.
struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Erase the personal data of a past contract; without --yes it only says what would go.",
        discussion:
            "With --yes the gateway must not be running: the file is rebuilt, so that no byte stays in it. "
            + "Copies made before (backups, DATA/recorder) are not touched."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Argument(help: "A service point.") var point: String
    @Option(help: "The first day that stays; the beginning of the present contract when none is given.")
    var before: String?
    @Option(help: "Who asks for it.") var by: String
    @Option(help: "Why.") var reason: String
    @Flag(help: "Do it.") var yes = false

    struct Document: Encodable {
        let schema = "mizumori.erase/1"
        let servicePoint: String
        let before: String
        let erased: Bool
        let counts: [String: Int]
    }

    func validate() throws {
        guard before == nil || before.flatMap({ LocalDay($0) }) != nil else {
            throw ValidationError("--before: a day such as 2026-04-01")
        }
        guard !by.isEmpty, !reason.isEmpty else {
            throw ValidationError("--by and --reason must not be empty")
        }
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "erase")
        let store = yes ? try await ownStore(voice) : try await folders.visitedStore(voice)
        let now = presentInstant()
        let (erasure, counts) = try await voice.refusing {
            let erasure = try await Erasing(pilot: configuration.pilot, store: store).erasure(
                of: ServicePoint.ID(point),
                before: before.flatMap { LocalDay($0) },
                by: by,
                reason: reason,
                at: now
            )
            guard yes else { return (erasure, try await store.counts(of: erasure, at: now)) }
            let counts = try await store.erase(erasure, at: now)
            try await store.reclaim()
            return (erasure, counts)
        }
        let document = Document(
            servicePoint: point,
            before: erasure.before.description,
            erased: yes,
            counts: Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        )
        try voice.say(document, orText: text(erasure, counts, voice))
    }

    /// The store for this command alone; a running gateway refuses it.
    private func ownStore(_ voice: Voice) async throws -> MeterStore {
        do {
            return try await MeterStore.open(folder: folders.data, as: .collector)
        } catch {
            voice.tell(
                "\(error)\nStop the gateway first: the file is rebuilt, so that no byte stays in it.",
                "保存データを専有できません: \(error)\n消去後にファイルを作り直すため、先にゲートウェイを停止してください。"
            )
            throw ExitCode.failure
        }
    }

    private func text(_ erasure: Erasure, _ counts: [ErasedSpan.Kind: Int], _ voice: Voice) -> String {
        var table = TextTable(
            [voice.phrase("what", "種別"), voice.phrase("count", "件数")],
            rightAligned: [1]
        )
        for kind in ErasedSpan.Kind.allCases {
            table.append([voice.phrase(kind.rawValue, kind.japanese), "\(counts[kind] ?? 0)"])
        }
        let end = erasure.before.japaneseDescription
        let verdict =
            yes
            ? voice.phrase(
                "Erased before \(end). Backups and DATA/recorder are yours to delete.",
                "\(end) より前を消去しました。バックアップと DATA/recorder は別途削除してください。"
            )
            : voice.phrase(
                "Nothing is erased yet. With --yes, what lies before \(end) goes for good.",
                "まだ消去していません。--yes を付けると \(end) より前が完全に消去されます。"
            )
        return table.render() + "\n" + verdict
    }
}
