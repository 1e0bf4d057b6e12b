internal import Crypto
internal import FoundationEssentials
public import Metering

/// A file as it came.
public struct FeedFile: Hashable, Sendable {
    public let name: String
    public let bytes: [UInt8]
    /// What stands in the `.sha256` beside it; nil where there is none.
    public let checksum: String?
    public let receivedAt: Instant

    public init(name: String, bytes: [UInt8], checksum: String? = nil, receivedAt: Instant) {
        self.name = name
        self.bytes = bytes
        self.checksum = checksum
        self.receivedAt = receivedAt
    }
}

extension FeedFile {
    /// What tells this content from any other, whatever its name: SHA-256 in hexadecimal.
    public var digest: String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// What a file says, row by row.
public struct DecodedFile: Hashable, Sendable {
    /// In the file's order, none twice.
    public var readings: [FileReading] = []
    /// One for each row, or value of a wide row, that made no sense.
    public var rejections: [Rejection] = []
    /// Values that the file says are missing.
    public var missing = 0
    /// Rows that only repeat another.
    public var repeated = 0

    public init() {}
}

/// One index of a file, by the names that the file uses.
public struct FileReading: Hashable, Sendable {
    /// `file:line`, or `file:sheet!row`.
    public let place: String
    public let meter: Meter.ID?
    public let point: ServicePoint.ID?
    public let at: Instant
    public let index: Volume
    public let quality: ReadingQuality
    public let status: MeterStatus
    public let revision: Int
    public let deliveredAt: Instant

    public init(
        place: String,
        meter: Meter.ID?,
        point: ServicePoint.ID?,
        at: Instant,
        index: Volume,
        quality: ReadingQuality,
        status: MeterStatus,
        revision: Int,
        deliveredAt: Instant
    ) {
        self.place = place
        self.meter = meter
        self.point = point
        self.at = at
        self.index = index
        self.quality = quality
        self.status = status
        self.revision = revision
        self.deliveredAt = deliveredAt
    }

    /// As the examples of layouts write it, `-` for what the file does not name:
    /// `TN0012345678 S-00017 2024-01-24T01:00:00+09:00 1234567 L measured 1 none`.
    public var text: String {
        "\(meter?.rawValue ?? "-") \(point?.rawValue ?? "-") \(at.japaneseDescription) \(index) \(quality) "
            + "\(revision) \(status.text)"
    }
}
