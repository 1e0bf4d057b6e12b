public import Metering

/// One meter-day of the shared-meter-reading feed (共同検針), as far as it made sense.
public struct FeedRecord: Hashable, Sendable {
    public let meter: Meter.ID
    public let revision: Int
    public let deliveredAt: Instant
    public let values: [FeedValue]
    /// What the record itself calls missing.
    public let missing: [FeedGap]
    public let status: MeterStatus
    /// What makes the record itself: meter, day, revision and delivery.
    ///
    /// The same key again is a re-delivery.
    public let key: String
    /// The record as it came.
    public let bytes: [UInt8]
    /// Values of this record that were refused.
    public let rejections: [Rejection]
}

/// One index of the feed.
public struct FeedValue: Hashable, Sendable {
    /// The terminal's stamp, which is the time of measurement.
    public let at: Instant
    public let index: Volume
    public let quality: ReadingQuality
}

/// Hours that the feed calls missing (欠測).
public struct FeedGap: Hashable, Sendable {
    /// The first and the last instant without a value.
    public let from: Instant
    public let to: Instant
    public let reason: MissingReason
}

/// One page of the feed.
public struct FeedPage: Hashable, Sendable {
    public let records: [FeedRecord]
    /// Records that made no sense at all.
    public let unreadable: [UnreadableRecord]
    /// Where the next page begins; nil on the last.
    public let nextCursor: String?
}

/// A record that made no sense at all.
public struct UnreadableRecord: Hashable, Sendable {
    public let rejection: Rejection
    /// The record as it came.
    public let bytes: [UInt8]
}

/// Why a page could not be read at all.
public struct FeedDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}
