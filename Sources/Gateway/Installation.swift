public import Decoding
public import Metering

/// A meter where it hangs: at which service point, and by which way or ways its index comes in.
public struct Installation: Hashable, Sendable {
    public let point: ServicePoint
    public let meter: Meter
    /// The first way, whose readings are the series.
    public let source: Source
    /// The other way to the same meter, which fills the first one's gaps; nil where there is none.
    public let second: SecondWay?

    public init(point: ServicePoint, meter: Meter, source: Source, second: SecondWay? = nil) {
        self.point = point
        self.meter = meter
        self.source = source
        self.second = second
    }

    /// The way by which an index comes in.
    public enum Source: Hashable, Sendable {
        case line(Wiring)
        /// The feed's own number for the meter.
        case feed(Meter.ID)
        /// The folder into which files are dropped; the rows of this meter in them.
        case files(Path.ID)
    }

    /// A second way to the same meter.
    public struct SecondWay: Hashable, Sendable {
        public let source: Source
        /// The smallest step that its index makes.
        public let resolution: Volume

        public init(source: Source, resolution: Volume) {
            self.source = source
            self.resolution = resolution
        }
    }

    /// A place on a line: a unit, and a channel of it where a pulse module carries several meters.
    public struct Wiring: Hashable, Sendable {
        public let path: Path.ID
        public let unit: UInt8
        /// From 1.
        public let channel: Int
        public let model: MeterProfile.ID
        public let site: SiteConversion
        /// How often it is asked; nil for as often as all.
        public let pollSeconds: Int?
        /// The number that the unit bears in its own registers, as the file says; nil to take the first that answers.
        public let serial: String?

        public init(
            path: Path.ID,
            unit: UInt8,
            channel: Int,
            model: MeterProfile.ID,
            site: SiteConversion,
            pollSeconds: Int? = nil,
            serial: String? = nil
        ) {
            self.path = path
            self.unit = unit
            self.channel = channel
            self.model = model
            self.site = site
            self.pollSeconds = pollSeconds
            self.serial = serial
        }
    }

    /// The wiring of the first way, where that is a line.
    public var wiring: Wiring? { source.wiring }

    /// Its ways, the first one first.
    public var ways: [(route: Route, source: Source)] {
        [(.first, source)] + (second.map { [(.second, $0.source)] } ?? [])
    }

    /// By which of its ways the feed's records come, and under which number; nil where the feed brings none.
    public var feedWay: (route: Route, meter: Meter.ID)? {
        for case (let route, .feed(let meter)) in ways { return (route, meter) }
        return nil
    }

    /// To which way a dropped file's rows belong: to the one that names the folder, else to the feed's, which files
    /// stand in for, else to the first.
    func route(ofFilesFrom path: Path.ID) -> Route {
        ways.first { $0.source == .files(path) }?.route ?? feedWay?.route ?? .first
    }
}

extension Installation.Source {
    /// The place on a line; nil for another way.
    public var wiring: Installation.Wiring? {
        if case .line(let wiring) = self { wiring } else { nil }
    }
}
