/// What arrived, before anybody gave it a meaning: bytes of an exchange or one record of a feed, and its four times.
public struct Capture: Hashable, Sendable {
    public let path: Path.ID
    /// What the path calls the sender: a unit address on a line, a meter number in a feed.
    public let source: String
    /// The record's own key on its path; a second capture with the same path and key is a re-delivery.
    public let key: String
    public let times: CaptureTimes
    /// What was asked: the request frame, empty for feeds.
    public let request: [UInt8]
    /// What came: the reply frame or the record, as received.
    public let bytes: [UInt8]

    public init(
        path: Path.ID,
        source: String,
        key: String,
        times: CaptureTimes,
        request: [UInt8] = [],
        bytes: [UInt8]
    ) {
        self.path = path
        self.source = source
        self.key = key
        self.times = times
        self.request = request
        self.bytes = bytes
    }
}

/// The four times of an answer, kept apart: totals go by measurement, never by arrival.
public struct CaptureTimes: Hashable, Sendable {
    public let asked: Instant
    public let answered: Instant
    /// The meter's or terminal's own clock; nil where it has none.
    public let own: Instant?
    /// When the last hand on the way passed it on; equal to `answered` on a line.
    public let delivered: Instant

    public init(asked: Instant, answered: Instant, own: Instant? = nil, delivered: Instant? = nil) {
        self.asked = asked
        self.answered = answered
        self.own = own
        self.delivered = delivered ?? answered
    }
}
