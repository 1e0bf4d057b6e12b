public import Acquisition
import Decoding
public import Gateway
public import Metering

/// The installations of a configuration as a neighbourhood that uses water, behind simulated lines and a feed.
public struct SimulatedPilot: Sendable {
    public let neighbourhood: Neighbourhood
    /// One for each line of the configuration that has a unit, in its order.
    public let lines: [(settings: LineSettings, line: SimulatedLine)]
    public let seed: UInt64
    private let ways: WayFaults
    /// The points that the feed is the second way to.
    private let fedToo: [ServicePoint.ID]

    /// - Parameters:
    ///   - configuration: its lines are opened as pseudo-terminals.
    ///   - span: the history for which events are planted.
    ///   - seed: the same seed and span give the same water and the same faults.
    ///   - plants: whether leaks, silence and the like are planted.
    ///   - faults: how often something goes wrong on a line.
    ///   - ways: what goes wrong with points that have two ways.
    ///   - linksDevices: whether the configured device paths shall point to the pseudo-terminals.
    /// - Throws: `SimulationError` when a pseudo-terminal can't be opened.
    public init(
        of configuration: Configuration,
        span: Range<Instant>,
        seed: UInt64,
        plants: Bool = true,
        faults: FaultPlan = .usual,
        ways: WayFaults = .none,
        linksDevices: Bool = false
    ) throws(SimulationError) {
        let pilot = configuration.pilot
        let neighbourhood = Neighbourhood(
            pilot.installations.map { SimulatedInstallation($0, in: pilot) },
            span: span,
            seed: seed,
            plants: plants
        )
        var lines: [(settings: LineSettings, line: SimulatedLine)] = []
        var plan = faults
        plan.dead = ways.dead ?? faults.dead
        for settings in configuration.settings.lines {
            let units = SimulatedPilot.units(on: settings.id, in: pilot)
            guard !units.isEmpty else { continue }
            let line = try SimulatedLine(
                units,
                in: neighbourhood,
                named: settings.id.rawValue,
                seed: seed,
                faults: plan,
                linkedAt: linksDevices ? settings.device : nil
            )
            lines.append((settings, line))
        }
        self.neighbourhood = neighbourhood
        self.lines = lines
        self.seed = seed
        self.ways = ways
        fedToo = pilot.installations.filter { $0.feedWay?.route == .second }.map(\.point.id)
    }

    /// The feed of the neighbourhood, by its own clock.
    ///
    /// - Parameters:
    ///   - faults: how often something goes wrong with it.
    ///   - door: who may ask.
    ///   - now: the feed's time.
    /// - Returns: a feed of its own, which remembers what it was asked.
    public func feed(
        faults: FeedFaults = .none,
        door: FeedDoor = .open,
        now: @escaping @Sendable () -> Instant
    ) -> SimulatedFeed {
        var plan = faults
        plan.thaw = ways.late ?? faults.thaw
        plan.skewSeconds += ways.skewSeconds
        plan.crossed.merge(ways.crossing(among: fedToo)) { _, crossing in crossing }
        return SimulatedFeed(neighbourhood, seed: seed, faults: plan, door: door, now: now)
    }

    /// Units whose model is not simulated are left out: they are as silent as a meter that was never wired.
    private static func units(on path: Path.ID, in pilot: Pilot) -> [SimulatedUnit] {
        pilot.polledUnits(on: path, usualSeconds: 3_600).compactMap { polled in
            guard let model = SimulatedUnit.Model(model: polled.model.id.rawValue) else { return nil }
            var channels: [Int: SimulatedChannel] = [:]
            for way in pilot.ways(on: path, unit: polled.unit) {
                let (installation, wiring) = (way.installation, way.wiring)
                channels[wiring.channel] = SimulatedChannel(
                    point: installation.point.id,
                    perCount: wiring.volumePerCount,
                    dialOffset: wiring.site.dialOffset
                )
            }
            return SimulatedUnit(address: polled.unit, model: model, channels: channels)
        }
    }
}

extension SimulatedInstallation {
    init(_ installation: Installation, in pilot: Pilot) {
        let reach: Reach
        if let wiring = installation.wiring {
            reach = .wired(
                hasUnitOfItsOwn: pilot.ways(on: wiring.path, unit: wiring.unit).count == 1
            )
        } else {
            reach = .feed
        }
        self.init(
            point: installation.point,
            meter: installation.meter.id,
            dial: installation.meter.dial,
            reach: reach,
            dialOffset: installation.wiring?.site.dialOffset ?? .zero,
            isAlsoFed: installation.wiring != nil && installation.feedWay != nil
        )
    }
}

extension Installation.Wiring {
    /// What one count of its counter stands for; a litre where the model itself knows.
    fileprivate var volumePerCount: Volume {
        let litres = site.litresPerCount?.rounded(toUnitsOf: -3)
        return .millilitres(litres ?? 1_000)
    }
}

extension LineSettings {
    /// The device of a serial line.
    fileprivate var device: String? {
        if case .serial(let serial) = transport { serial.device } else { nil }
    }
}
