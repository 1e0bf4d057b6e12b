public import Metering

/// One device on a simulated line: its address, the map it answers from, the meters behind it.
public struct SimulatedUnit: Hashable, Sendable {
    public let address: UInt8
    public let model: Model
    /// The meters by channel, from 1.
    public let channels: [Int: SimulatedChannel]

    public init(address: UInt8, model: Model, channels: [Int: SimulatedChannel]) {
        self.address = address
        self.model = model
        self.channels = channels
    }

    /// The maps that are known, by the names of their models.
    public enum Model: String, Hashable, Sendable, CaseIterable {
        case pulseCounter = "wirenboard-mcm8"
        case waterCounter = "wirenboard-mwac"
        case ultrasonic = "tuf-2000m"
        case magnetic = "abb-aquamaster3"

        /// The map of a meter model's file, by the beginning of its id; nil when it is none of these.
        public init?(model id: String) {
            guard let model = Model.allCases.first(where: { id.hasPrefix($0.rawValue) }) else { return nil }
            self = model
        }
    }

    /// What the device calls itself: its serial number.
    var serial: UInt32 { 42_600_000 + UInt32(address) }

    /// A device that goes to sleep loses the first request after it, in seconds of idleness.
    var idleSleepSeconds: Int64? { model == .magnetic ? 10 : nil }
}

/// One meter behind a unit, and what a count is worth there.
public struct SimulatedChannel: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// What one pulse or one count stands for.
    public let perCount: Volume
    /// Where the dial stood when the module's counter was at zero.
    public let dialOffset: Volume

    public init(point: ServicePoint.ID, perCount: Volume = .litres(1), dialOffset: Volume = .zero) {
        precondition(perCount > .zero, "a count is worth something")
        self.point = point
        self.perCount = perCount
        self.dialOffset = dialOffset
    }
}
