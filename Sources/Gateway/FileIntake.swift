public import Decoding
public import Metering
public import Storage

/// Takes files of readings into the store: refused whole, or row by row.
///
/// A file's content is its key, so that the same file again, under another name or ten times, changes nothing.
public struct FileIntake: Sendable {
    private let store: MeterStore
    private let pilot: @Sendable () -> Pilot

    /// - Parameters:
    ///   - store: the memory.
    ///   - pilot: who hangs where, looked up for each file.
    public init(store: MeterStore, pilot: @escaping @Sendable () -> Pilot) {
        self.store = store
        self.pilot = pilot
    }

    /// What became of a file.
    public enum Outcome: Hashable, Sendable {
        case taken(Tally)
        /// Nothing of it was stored; its bytes wait in quarantine.
        case refused(FileRefusal)
    }

    /// What became of the rows.
    public struct Tally: Hashable, Sendable {
        public let readings: ReadingTally
        /// Values that the file says are missing.
        public let missing: Int
        /// Rows that repeat another of the same file.
        public let repeated: Int
        /// Whether the path brought this content before.
        public let isKnown: Bool
        /// The bad rows with their reasons.
        public let rejections: [Rejection]
    }

    /// Takes one file; when it returns, its readings are synced.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - layout: how it is read.
    ///   - path: the path that brought it.
    ///   - now: the time of storing.
    /// - Returns: what became of it.
    /// - Throws: `StoreError` when the store can't be written; then nothing of it is kept.
    public func take(_ file: FeedFile, by layout: FeedLayout, from path: Path.ID, at now: Instant)
        async throws
        -> Outcome
    {
        let decoded: DecodedFile
        do throws(FileRefusal) {
            decoded = try FeedFileDecoder(layout).decode(file)
        } catch {
            try await store.quarantine(
                error.rejection(of: file.name),
                bytes: file.bytes,
                of: "\(file.recordKey) \(file.name)",
                from: path,
                at: now
            )
            return .refused(error)
        }
        let pilot = pilot()
        let rows = FileReadings(
            decoded,
            from: path,
            pilot: pilot,
            points: try await pilot.pointsByMeter(store)
        )
        let outcomes = try await store.store([rows.arrival(of: file, decoded, from: path)], at: now)
        guard case .stored(let tally) = outcomes.first else {
            let known = ReadingTally(duplicates: rows.readings.count, quarantined: 0)
            return .taken(self.tally(known, decoded, isKnown: true, rejections: rows.rejections))
        }
        return .taken(self.tally(tally, decoded, isKnown: false, rejections: rows.rejections))
    }

    private func tally(
        _ readings: ReadingTally,
        _ decoded: DecodedFile,
        isKnown: Bool,
        rejections: [Rejection]
    ) -> Tally {
        Tally(
            readings: readings,
            missing: decoded.missing,
            repeated: decoded.repeated,
            isKnown: isKnown,
            rejections: rejections
        )
    }
}
