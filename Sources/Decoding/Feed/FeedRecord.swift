public import Metering

/// One meter-day of the shared-meter-reading feed (共同検針), as far as it made sense.
public struct FeedRecord: Hashable, Sendable {
    public let meter: Meter.ID
    public let revision: Int
    public let deliveredAt: Instant
    public let values: [FeedValue]
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

/// One page of the feed.
public struct FeedPage: Hashable, Sendable {
    public let records: [FeedRecord]
    /// Records that made no sense at all.
    public let rejections: [Rejection]
    /// Where the next page begins; nil on the last.
    public let nextCursor: String?
}

/// Why a page could not be read at all.
public struct FeedDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}
