import Foundation
import Metering

/// Which history a demo's store holds: kept beside it, so that the next start goes on where it ended.
struct DemoHistory: Codable {
    let seed: UInt64
    let days: Int
    /// Whether the two ways of points that have two are disturbed.
    let isDisturbed: Bool
    private let startSeconds: Int64
    /// The end of the history for which events were planted.
    private let plannedEndSeconds: Int64
    private var simulatedUntilSeconds: Int64
    /// Indexes that left the simulators intact so far, and those of them that were not stored.
    var delivered = 0
    var lost = 0

    init(seed: UInt64, days: Int, start: Instant, end: Instant, isDisturbed: Bool = false) {
        self.isDisturbed = isDisturbed
        self.seed = seed
        self.days = days
        startSeconds = start.secondsSince1970
        plannedEndSeconds = end.secondsSince1970
        simulatedUntilSeconds = start.secondsSince1970
    }

    var start: Instant { Instant(secondsSince1970: startSeconds) }
    var end: Instant { Instant(secondsSince1970: plannedEndSeconds) }

    var simulatedUntil: Instant {
        get { Instant(secondsSince1970: simulatedUntilSeconds) }
        set { simulatedUntilSeconds = newValue.secondsSince1970 }
    }

    /// The history in `folder` when it can be extended to the wanted one, else an empty one in an empty folder.
    ///
    /// It can when it has the same seed, began no later and has not gone further.
    static func open(in folder: String, wanted: DemoHistory, fresh: Bool) throws -> DemoHistory {
        let file = folder + "/demo.json"
        if !fresh, let data = FileManager.default.contents(atPath: file),
            let kept = try? JSONDecoder().decode(DemoHistory.self, from: data), kept.canBecome(wanted)
        {
            return kept
        }
        if FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.removeItem(atPath: folder)
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return wanted
    }

    func save(in folder: String) throws {
        let data = try JSONEncoder().encode(self)
        try data.write(to: URL(fileURLWithPath: folder + "/demo.json"), options: .atomic)
    }

    /// Extended history keeps what was planted; a history of other days is another one.
    private func canBecome(_ wanted: DemoHistory) -> Bool {
        seed == wanted.seed && days == wanted.days && isDisturbed == wanted.isDisturbed
            && start <= wanted.start && simulatedUntil <= wanted.end
            && wanted.end - end < 86_400 * 400
    }
}
