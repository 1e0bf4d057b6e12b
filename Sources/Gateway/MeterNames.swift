import Metering
import Normalisation
import Storage

extension Pilot {
    /// Every name that a file may use for a point's meter: the point's own, the meter's, the feed's, and those of the
    /// meters that hung there before and after an announced exchange.
    ///
    /// A meter that moved belongs to the point where it hangs now.
    func pointsByMeter(_ store: MeterStore) async throws -> [Meter.ID: ServicePoint.ID] {
        var points = try await store.meterNames().filter { installation(at: $0.value) != nil }
        for installation in installations {
            let point = installation.point.id
            points[Meter.ID(point.rawValue)] = point
            points[installation.meter.id] = point
            if case .feed(let meter) = installation.source { points[meter] = point }
        }
        return points
    }
}

extension Pilot {
    /// Where the feed's numbers hung when, by the register and the exchanges that somebody announced.
    func feedTenures(in store: MeterStore) async throws -> MeterTenures {
        var installed: [ServicePoint.ID: Meter.ID] = [:]
        var exchanges: [MeterExchange] = []
        for installation in installations {
            guard case .feed(let meter) = installation.source else { continue }
            installed[installation.point.id] = meter
            exchanges += try await store.exchanges(of: installation.point.id)
        }
        return MeterTenures(installed: installed, exchanges: exchanges)
    }
}
