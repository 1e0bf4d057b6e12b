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
    /// The terms.
    public let settings: IndexSettings

    /// - Parameters:
    ///   - dial: the register's capacity and count, the same before and after an exchange.
    ///   - calibre: what limits a plausible flow.
    ///   - exchanges: in any order; those outside the readings do nothing.
    ///   - invalid: in any order; they may overlap.
    ///   - settings: the terms of the rules.
    public init(
        dial: Dial,
        calibre: Calibre,
        exchanges: [MeterExchange] = [],
        invalid: [Range<Instant>] = [],
        settings: IndexSettings = .shipped
    ) {
        self.dial = dial
        self.calibre = calibre
        self.exchanges = SeriesContext.ordered(exchanges)
        self.invalid = invalid.filter { !$0.isEmpty }
        self.settings = settings
    }

    /// The same service point with its exchanges elsewhere.
    func with(exchanges: [MeterExchange]) -> SeriesContext {
        SeriesContext(
            dial: dial,
            calibre: calibre,
            exchanges: exchanges,
            invalid: invalid,
            settings: settings
        )
    }

    /// How far an index may lie below the highest one so far without meaning anything.
    public var jitterLimit: Volume { JitterRule(self).limit }

    /// The most that the pipe can have carried in so many seconds.
    public func mostCarried(inSeconds seconds: Int64) -> Volume {
        PipeRule(self).mostCarried(inSeconds: seconds)
    }

    private static func ordered(_ exchanges: [MeterExchange]) -> [MeterExchange] {
        exchanges.sorted { ($0.at, $0.closing, $0.opening) < ($1.at, $1.closing, $1.opening) }
    }
}
