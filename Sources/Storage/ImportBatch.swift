public import Metering

/// Some rows of a file that belong together in one capture: their text as it stood, and what it means.
public struct ImportBatch: Sendable {
    /// At most so many lines make one capture, so that a reading leads back to a text that a person can look through.
    public static let mostLines = 2_000

    public let lines: ClosedRange<Int>
    public let rows: [Row]
    let length: Int
    /// The text, packed where that is shorter.
    let bytes: [UInt8]
    let isPacked: Bool
    let fingerprint: Fingerprint

    /// One row that was understood.
    public struct Row: Sendable {
        /// A place in the import's list of points.
        public let point: Int
        public let at: Instant
        public let index: Volume
        public let quality: ReadingQuality
        public let line: Int

        public init(
            point: Int,
            at: Instant,
            index: Volume,
            quality: ReadingQuality = .measured,
            line: Int
        ) {
            self.point = point
            self.at = at
            self.index = index
            self.quality = quality
            self.line = line
        }
    }

    /// - Parameters:
    ///   - lines: of the file, from 1, those without a row included.
    ///   - text: these lines as they stood.
    ///   - rows: what was understood of them, in the file's order.
    public init(lines: ClosedRange<Int>, text: [UInt8], rows: [Row]) {
        self.lines = lines
        self.rows = rows
        length = text.count
        fingerprint = Fingerprint(of: text)
        let packed = Packing.packed(text)
        bytes = packed ?? text
        isPacked = packed != nil
    }
}

/// A row of a file that was not understood, with what it takes to read it again.
public struct RejectedRow: Hashable, Sendable {
    public let rejection: Rejection
    /// The file's header and the row, as a file of its own; nil where the whole file is to blame.
    public let text: [UInt8]?

    public init(_ rejection: Rejection, text: [UInt8]? = nil) {
        self.rejection = rejection
        self.text = text
    }
}
