public import Acquisition
public import Decoding
public import Metering
public import Normalisation

/// The installations as the pipeline asks for them, and the terms by which their readings are read.
public struct Pilot: Sendable {
    public let installations: [Installation]
    public let profiles: [MeterProfile.ID: MeterProfile]
    /// What `validation.yaml` says.
    public let terms: SeriesTerms
    private let byPoint: [ServicePoint.ID: Installation]
    private let byUnit: [UnitKey: [WiredWay]]

    /// One meter behind a unit, and by which of its ways.
    public struct WiredWay: Hashable, Sendable {
        public let installation: Installation
        public let wiring: Installation.Wiring
        public let route: Route
    }

    private struct UnitKey: Hashable {
        let path: Path.ID
        let unit: UInt8
    }

    public init(installations: [Installation], profiles: [MeterProfile], terms: SeriesTerms = .shipped) {
        self.installations = installations
        self.terms = terms
        self.profiles = Dictionary(profiles.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        byPoint = Dictionary(installations.map { ($0.point.id, $0) }, uniquingKeysWith: { first, _ in first })
        var units: [UnitKey: [WiredWay]] = [:]
        for installation in installations {
            for (route, source) in installation.ways {
                guard let wiring = source.wiring else { continue }
                let way = WiredWay(installation: installation, wiring: wiring, route: route)
                units[UnitKey(path: wiring.path, unit: wiring.unit), default: []].append(way)
            }
        }
        byUnit = units
    }

    public func installation(at point: ServicePoint.ID) -> Installation? {
        byPoint[point]
    }

    /// The meters behind one unit of a line, by whichever of their ways.
    public func ways(on path: Path.ID, unit: UInt8) -> [WiredWay] {
        byUnit[UnitKey(path: path, unit: unit)] ?? []
    }

    /// The points that the feed or dropped files tell of.
    public var feedPoints: [ServicePoint.ID] {
        installations.filter { $0.ways.contains { $0.source.wiring == nil } }.map(\.point.id).sorted()
    }

    public func points(on path: Path.ID) -> [ServicePoint.ID] {
        installations.filter { $0.ways.contains { $0.source.wiring?.path == path } }.map(\.point.id)
    }

    /// The units of one line with the channels in use, in order of their addresses.
    public func polledUnits(on path: Path.ID, usualSeconds: Int) -> [PolledUnit] {
        let wired = installations.flatMap { $0.ways.compactMap(\.source.wiring) }.filter { $0.path == path }
        let grouped = Dictionary(grouping: wired, by: \.unit)
        return grouped.keys.sorted().compactMap { unit in
            guard let group = grouped[unit], let first = group.first, let model = profiles[first.model] else {
                return nil
            }
            return PolledUnit(
                unit: unit,
                model: model,
                channels: Set(group.map(\.channel)),
                interval: .seconds(first.pollSeconds ?? usualSeconds)
            )
        }
    }
}
