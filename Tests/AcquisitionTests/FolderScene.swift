import Acquisition
import Decoding
import Foundation
import Metering
import Synchronization

/// A drop folder that is watched on a clock that jumps, with everything that happened written down.
final class FolderScene: Sendable {
    let folder: String
    let clock: JumpingClock
    let log = HeardLog()
    private let kept = Mutex<[FeedFile]>([])
    private let told = Mutex<[LookReport]>([])
    private let before: Mutex<[@Sendable (FolderScene) -> Void]>

    /// Makes the folder.
    ///
    /// - Parameters:
    ///   - looks: what happens in the folder before the second look, the third and so on.
    ///   - minutes: how many looks there are from nine o'clock on, one a minute.
    ///   - start: when the first look is, in UTC.
    /// - Throws: what the file system says.
    init(_ looks: [@Sendable (FolderScene) -> Void] = [], minutes: Int = 3, from start: String = "09:00:30")
        throws
    {
        folder = FileManager.default.temporaryDirectory.path + "/mizumori-" + UUID().uuidString
        clock = try JumpingClock(from: "2026-11-23T\(start)Z", to: "2026-11-23T09:0\(minutes - 1):30Z")
        before = Mutex(looks)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var files: [FeedFile] { kept.withLock { $0 } }
    var reports: [LookReport] { told.withLock { $0 } }

    func write(_ name: String, _ text: String) {
        _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data(text.utf8))
    }

    func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(folder)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// The names in the folder or one below it, hidden ones too.
    func names(_ below: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(below)")) ?? []).sorted()
    }

    /// Watches until the clock ends it, giving every file the verdict that `answer` has for its name.
    func watch(
        hasChecksum: Bool = false,
        companion: String? = nil,
        mostBytes: Int = 1_000,
        answer: @escaping @Sendable (String) throws -> FileVerdict = { _ in .taken(stored: 1, badRows: 0) }
    ) async throws {
        let settings = FolderSettings(
            id: Path.ID("daily"),
            folder: folder,
            layout: FeedLayout(id: FeedLayout.ID("x"), form: .feedPage, hasChecksum: hasChecksum),
            companion: companion,
            mostBytes: mostBytes
        )
        try await FolderWatching(
            settings,
            clock: clock,
            now: { [clock] in clock.moment.instant },
            deliver: { [self] file in
                let verdict = try answer(file.name)
                kept.withLock { $0.append(file) }
                return verdict
            },
            lookEnded: { [self] report in
                told.withLock { $0.append(report) }
                let next = before.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                next?(self)
            },
            logger: log.logger
        ).run()
    }
}
