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
            if let meter = installation.feedWay?.meter { points[meter] = point }
        }
        return points
    }

    /// The names of `pointsByMeter` by which a table of readings means the first way; a second way's own number is none,
    /// since its register may stand elsewhere.
    func firstWaysByMeter(_ store: MeterStore) async throws -> [Meter.ID: ServicePoint.ID] {
        var points = try await pointsByMeter(store)
        for installation in installations {
            guard let way = installation.feedWay, way.route == .second, way.meter != installation.meter.id
            else { continue }
            points[way.meter] = nil
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
            guard let meter = installation.feedWay?.meter else { continue }
            installed[installation.point.id] = meter
            exchanges += try await store.exchanges(of: installation.point.id)
        }
        return MeterTenures(installed: installed, exchanges: exchanges)
    }

    /// The points that have the feed as their second way.
    var secondFeedPoints: Set<ServicePoint.ID> {
        Set(installations.filter { $0.feedWay?.route == .second }.map(\.point.id))
    }
}
