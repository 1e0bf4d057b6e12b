/// What a person says of a fall, a jump or a stretch of readings that nothing explained.
public struct Resolution: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let from: Instant
    /// The first instant after it.
    public let to: Instant
    public let act: Act
    public let by: String
    public let reason: String

    /// What it was.
    public enum Act: Hashable, Sendable {
        /// The meter was exchanged, and nobody had announced it.
        case exchange(MeterExchange)
        /// The one reading in the stretch is wrong; this is the right index.
        case correction(Volume)
        /// No reading in the stretch is evidence.
        case invalid

        /// The word of commands and tables.
        public var word: String {
            switch self {
            case .exchange: "exchange"
            case .correction: "correction"
            case .invalid: "invalid"
            }
        }
    }

    public init(
        point: ServicePoint.ID,
        from: Instant,
        to: Instant,
        act: Act,
        by: String,
        reason: String
    ) {
        self.point = point
        self.from = from
        self.to = to
        self.act = act
        self.by = by
        self.reason = reason
    }
}
