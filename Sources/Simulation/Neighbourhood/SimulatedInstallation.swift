public import Metering

/// One place of the neighbourhood: who is there, which meter hangs there, how its readings get out.
public struct SimulatedInstallation: Hashable, Sendable {
    public let point: ServicePoint
    public let meter: Meter.ID
    public let dial: Dial
    public let reach: Reach
    /// Where the dial stood when a pulse module began to count; zero for a meter that tells its own index.
    public let dialOffset: Volume
    /// Whether the feed tells of the meter too, beside its line.
    public let isAlsoFed: Bool

    public enum Reach: Hashable, Sendable {
        /// By a line; a unit of its own can fall silent without its neighbours.
        case wired(hasUnitOfItsOwn: Bool)
        case feed
    }

    public init(
        point: ServicePoint,
        meter: Meter.ID,
        dial: Dial,
        reach: Reach,
        dialOffset: Volume = .zero,
        isAlsoFed: Bool = false
    ) {
        self.point = point
        self.meter = meter
        self.dial = dial
        self.reach = reach
        self.dialOffset = dialOffset
        self.isAlsoFed = isAlsoFed
    }

    var isFeed: Bool { reach == .feed }

    /// Whether the feed tells of the meter.
    var isInFeed: Bool { isFeed || isAlsoFed }

    var isInhabitedHome: Bool {
        point.useClass.isDwelling && !point.isVacant && point.useClass.name != "vacant"
    }

    var isInUse: Bool { !point.isVacant && point.useClass.name != "vacant" }

    /// Whether this meter alone can fall silent.
    var canFallSilentAlone: Bool { reach != .wired(hasUnitOfItsOwn: false) }
}
