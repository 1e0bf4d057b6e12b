public import Decoding
public import Logging
public import Metering
public import ServiceLifecycle

/// Looks into one drop folder for ever, and gives what is complete away: at the start, then on the grid of its interval.
///
/// A file is complete when its size and its time did not change between two looks, or when its companion lies beside
/// it. It moves out of the folder only after it was stored, so that a crash between the two brings it again.
public struct FolderWatching: Service {
    private let settings: FolderSettings
    private let folder: DropFolder
    private let remote: RemoteFolder?
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Instant
    private let deliver: @Sendable (FeedFile) async throws -> FileVerdict
    private let lookEnded: @Sendable (LookReport) async throws -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - settings: which folder, which files.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    ///   - deliver: keeps a file; returns when it is synced.
    ///   - lookEnded: told after every look.
    ///   - logger: told of every file that is not taken whole, and of every change once.
    public init(
        _ settings: FolderSettings,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant,
        deliver: @escaping @Sendable (FeedFile) async throws -> FileVerdict,
        lookEnded: @escaping @Sendable (LookReport) async throws -> Void,
        logger: Logger
    ) {
        self.settings = settings
        folder = DropFolder(path: settings.folder, companions: settings.companions)
        remote = settings.remote.map { RemoteFolder($0, mostBytes: settings.mostBytes) }
        self.clock = clock
        self.now = now
        self.deliver = deliver
        self.lookEnded = lookEnded
        self.logger = logger
    }

    /// What was seen at the last look.
    private struct Memory {
        var local: Set<DropFolder.Entry> = []
        var remote: Set<RemoteFile> = []
        var wasUp = true
        /// Files of which it was said that they wait for their companion.
        var told: Set<String> = []
        /// The hour of the last look, counted from 1970.
        var hour: Int64?
    }

    public func run() async throws {
        let grid = Grid(interval: settings.interval)
        let now = now
        var memory = Memory()
        repeat {
            await look(&memory)
        } while await grid.sleepUntilNext(on: clock, now: { Moment(now()) })
    }

    private func look(_ memory: inout Memory) async {
        var failures: [String] = []
        var verdicts: [FileVerdict] = []
        do {
            try await fetch(&memory)
        } catch {
            failures.append("\(error)")
        }
        do {
            try await takeWaiting(&memory, &verdicts)
        } catch {
            failures.append("\(error)")
        }
        guard !Task.isEnding else { return }
        await end(failures.isEmpty ? nil : failures.joined(separator: "; "), verdicts, &memory)
    }

    private func takeWaiting(_ memory: inout Memory, _ verdicts: inout [FileVerdict]) async throws {
        let waiting = try folder.waiting()
        let before = memory.local
        memory.local = Set(waiting)
        var failure: (any Error)?
        for entry in waiting where isComplete(entry, before, &memory) {
            if Task.isEnding { return }
            do {
                guard let verdict = try await take(entry) else { continue }
                memory.local.remove(entry)
                verdicts.append(verdict)
            } catch {
                // One that can't be stored or moved keeps no other from being tried.
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func isComplete(
        _ entry: DropFolder.Entry,
        _ before: Set<DropFolder.Entry>,
        _ memory: inout Memory
    )
        -> Bool
    {
        let missing = settings.companions.filter { !folder.has(entry.name + $0) }
        let isStill = before.contains(entry)
        guard missing.isEmpty else {
            if isStill, memory.told.insert(entry.name).inserted {
                note("File waits for its companion", entry.name, "\(missing.joined(separator: ", "))")
            }
            return false
        }
        return isStill || settings.companion != nil
    }

    /// - Returns: nil when the file went away or still grows.
    private func take(_ entry: DropFolder.Entry) async throws -> FileVerdict? {
        let verdict: FileVerdict
        if entry.bytes > settings.mostBytes {
            verdict = .refused(
                FileRefusal(
                    field: "size",
                    expected: "at most \(settings.mostBytes) bytes",
                    found: "\(entry.bytes)"
                )
            )
        } else {
            guard let bytes = folder.bytes(of: entry.name), bytes.count == entry.bytes else { return nil }
            let checksum = settings.layout.hasChecksum ? folder.text(of: entry.name + ".sha256") : nil
            verdict = try await deliver(
                FeedFile(name: entry.name, bytes: bytes, checksum: checksum, receivedAt: now())
            )
        }
        try move(entry.name, verdict)
        return verdict
    }

    private func move(_ name: String, _ verdict: FileVerdict) throws {
        switch verdict {
        case .taken(let stored, let badRows):
            try folder.move(name, to: DropFolder.done)
            if badRows > 0 { note("File has bad rows", name, "\(badRows) in quarantine, \(stored) stored") }
        case .refused(let refusal):
            note("File is refused", name, refusal.description)
            try folder.move(name, to: DropFolder.refused, reason: reason(name, refusal))
        }
    }

    /// For the person who finds the file, in both languages.
    private func reason(_ name: String, _ refusal: FileRefusal) -> String {
        let place = refusal.line.map { "\(name):\($0)" } ?? name
        return """
            \(place) \(now().japaneseDescription)
            \(refusal.field): expected \(refusal.expected), found \(refusal.found)
            \(refusal.field): \(RejectionReason(refusal.expected).japanese) が必要ですが、\(RejectionReason.plain(refusal.found)) があります

            """
    }

    private func end(_ failure: String?, _ verdicts: [FileVerdict], _ memory: inout Memory) async {
        tell(failure, wasUp: memory.wasUp)
        memory.wasUp = failure == nil
        let refused = verdicts.count { if case .refused = $0 { true } else { false } }
        let ended = now()
        let hour = ended.secondsSince1970 / 3_600
        let report = LookReport(
            path: settings.id,
            endedAt: ended,
            taken: verdicts.count - refused,
            refused: refused,
            failure: failure,
            beginsHour: hour != memory.hour
        )
        memory.hour = hour
        do {
            try await lookEnded(report)
        } catch {
            logger.error(
                "The look could not be judged",
                metadata: ["path.id": "\(settings.id)", "error": "\(error)"]
            )
        }
    }

    private func tell(_ failure: String?, wasUp: Bool) {
        let metadata: Logger.Metadata = ["path.id": "\(settings.id)", "error": "\(failure ?? "")"]
        if failure != nil, wasUp { logger.warning("Folder gives no files", metadata: metadata) }
        if failure == nil, !wasUp {
            logger.notice("Folder gives files again", metadata: ["path.id": "\(settings.id)"])
        }
    }

    private func note(_ message: Logger.Message, _ name: String, _ detail: String) {
        logger.warning(
            message,
            metadata: ["path.id": "\(settings.id)", "file": "\(name)", "detail": "\(detail)"]
        )
    }
}

// From another machine.
extension FolderWatching {
    /// Brings what lies there unchanged since the last look and was not brought before.
    private func fetch(_ memory: inout Memory) async throws {
        guard let remote else { return }
        _ = try folder.waiting()
        let listed = try await remote.list()
        let before = memory.remote
        memory.remote = Set(listed)
        var ledger = FetchLedger(folder)
        var failure: SFTPError?
        for file in listed where before.contains(file) && !ledger.has(file) {
            if Task.isEnding { return }
            guard isWanted(file) else {
                if memory.told.insert("there: " + file.name).inserted {
                    note(
                        "File there has another name",
                        file.name,
                        "\(settings.layout.name?.description ?? "")"
                    )
                }
                continue
            }
            do {
                let checksum = listed.first { $0.name == file.name + ".sha256" }?.name
                let bytes = try await remote.bytes(of: file, checksum: checksum)
                try keep(bytes, of: file, &ledger)
            } catch let error as SFTPError where error.code == .file {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func keep(_ bytes: [UInt8], of file: RemoteFile, _ ledger: inout FetchLedger) throws {
        try folder.write(bytes, as: file.name)
        try ledger.add(file, in: folder)
    }

    /// The files of the layout, and what stands beside them.
    private func isWanted(_ file: RemoteFile) -> Bool {
        let suffix = settings.companions.first { file.name.hasSuffix($0) } ?? ""
        let name = String(file.name.dropLast(suffix.count))
        guard let pattern = settings.layout.name else { return !file.name.hasPrefix(".") }
        return pattern.match(name) != nil
    }
}
