import Decoding
import Metering
public import Storage

extension Pilot {
    /// What the files say of points and meters.
    public var registered: [RegisteredPoint] { installations.map(\.registered) }

    /// The same installations with what the register says of their points and meters.
    public func adopting(_ points: [RegisteredPoint]) -> Pilot {
        let known = Dictionary(points.map { ($0.point.id, $0) }, uniquingKeysWith: { first, _ in first })
        return Pilot(
            installations: installations.map { $0.adopting(known[$0.point.id] ?? $0.registered) },
            profiles: Array(profiles.values),
            terms: terms
        )
    }
}

extension Installation {
    /// Its point with its meter.
    public var registered: RegisteredPoint { RegisteredPoint(point: point, meter: meter) }

    fileprivate func adopting(_ known: RegisteredPoint) -> Installation {
        Installation(
            point: known.point,
            meter: known.meter,
            source: source.reading(known.meter.dial),
            second: second.map {
                SecondWay(source: $0.source.reading(known.meter.dial), resolution: $0.resolution)
            }
        )
    }
}

extension Installation.Source {
    /// The same way to a meter with another dial.
    fileprivate func reading(_ dial: Dial) -> Installation.Source {
        guard case .line(let wiring) = self, wiring.site.dial != dial else { return self }
        let site = SiteConversion(
            dial: dial,
            litresPerCount: wiring.site.litresPerCount,
            dialOffset: wiring.site.dialOffset,
            byteOrder: wiring.site.byteOrder
        )
        return .line(
            Installation.Wiring(
                path: wiring.path,
                unit: wiring.unit,
                channel: wiring.channel,
                model: wiring.model,
                site: site,
                pollSeconds: wiring.pollSeconds,
                serial: wiring.serial
            )
        )
    }
}

extension Configuration {
    /// The same with what the register says of points and meters.
    public func adopting(_ points: [RegisteredPoint]) -> Configuration {
        Configuration(
            settings: settings,
            rules: rules,
            templates: templates,
            pilot: pilot.adopting(points),
            layouts: layouts,
            unverified: unverified
        )
    }
}
