public import Decoding
public import Metering

/// A meter where it hangs: at which service point, and by which way its index comes in.
public struct Installation: Hashable, Sendable {
    public let point: ServicePoint
    public let meter: Meter
    public let source: Source

    public init(point: ServicePoint, meter: Meter, source: Source) {
        self.point = point
        self.meter = meter
        self.source = source
    }

    /// The way by which an index comes in.
    public enum Source: Hashable, Sendable {
        case line(Wiring)
        /// The feed's own number for the meter.
        case feed(Meter.ID)
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

    /// The wiring, where the meter is wired.
    public var wiring: Wiring? {
        if case .line(let wiring) = source { wiring } else { nil }
    }
}
