public import Metering

/// What has to be known of a service point to read its indexes as usage.
public struct SeriesContext: Hashable, Sendable {
    public let dial: Dial
    public let calibre: Calibre
    /// Announced exchanges, in order of time.
    public let exchanges: [MeterExchange]
    /// Where readings are no evidence, because a person said so.
    ///
    /// The readings stay as they are, so that the range can be taken back.
    public let invalid: [Range<Instant>]

    /// - Parameters:
    ///   - dial: the register's capacity and count, the same before and after an exchange.
    ///   - calibre: what limits a plausible flow.
    ///   - exchanges: in any order; those outside the readings do nothing.
    ///   - invalid: in any order; they may overlap.
    public init(
        dial: Dial,
        calibre: Calibre,
        exchanges: [MeterExchange] = [],
        invalid: [Range<Instant>] = []
    ) {
        self.dial = dial
        self.calibre = calibre
        self.exchanges = SeriesContext.ordered(exchanges)
        self.invalid = invalid.filter { !$0.isEmpty }
    }

    /// The same service point with its exchanges elsewhere.
    func with(exchanges: [MeterExchange]) -> SeriesContext {
        SeriesContext(dial: dial, calibre: calibre, exchanges: exchanges, invalid: invalid)
    }

    private static func ordered(_ exchanges: [MeterExchange]) -> [MeterExchange] {
        exchanges.sorted { ($0.at, $0.closing, $0.opening) < ($1.at, $1.closing, $1.opening) }
    }
}
