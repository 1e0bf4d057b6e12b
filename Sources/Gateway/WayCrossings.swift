import Alerting
import Detection
import Metering
import Normalisation
import Storage

/// Finds out which of the points whose ways disagree are each other's.
struct WayCrossings: Sendable {
    /// How far back both ways are laid beside each other, in days.
    private static let days: Int64 = 14

    let store: MeterStore
    let pilot: Pilot

    /// Names the partner of each case that has one.
    ///
    /// Only points that disagree are looked at: those of `cases`, and those whose incident says so.
    ///
    /// - Parameters:
    ///   - cases: points whose ways disagree now.
    ///   - now: the time of the judgement.
    /// - Returns: the cases, in the same order.
    /// - Throws: `StoreError` when the store can't be read.
    func naming(_ cases: [Judge.Case], at now: Instant) async throws -> [Judge.Case] {
        guard !cases.isEmpty else { return [] }
        var points = cases.map { crossing($0.past, at: now) }
        let own = Set(points.map(\.id))
        for incident in try await store.currentIncidents(of: [.waysDisagree, .crossedMeters]) {
            guard case .point(let id) = incident.subject, !own.contains(id),
                let installation = pilot.installation(at: id), installation.second != nil
            else { continue }
            let span = now - WayCrossings.days * 86_400..<now + 86_400
            let past = try await PointHistory(store, pilot.terms.index).past(of: installation, in: span)
            if !points.contains(where: { $0.id == id }) { points.append(crossing(past, at: now)) }
        }
        var partners: [ServicePoint.ID: ServicePoint.ID] = [:]
        for pair in CrossedMeters().pairs(among: points) {
            partners[pair.one] = pair.other
            partners[pair.other] = pair.one
        }
        return cases.map { $0.crossed(with: partners[$0.point.id]) }
    }

    private func crossing(_ past: PointPast, at now: Instant) -> CrossedMeters.Point {
        let from = now - WayCrossings.days * 86_400
        let normaliser = SeriesNormaliser(past.context)
        func series(_ readings: [Reading]) -> UsageSeries {
            normaliser.normalise(readings.filter { $0.at >= from }).series
        }
        return CrossedMeters.Point(
            id: past.known.point.id,
            first: series(past.first),
            second: series(past.second)
        )
    }
}

extension Judge.Case {
    fileprivate func crossed(with partner: ServicePoint.ID?) -> Judge.Case {
        guard let partner, let ways else { return self }
        var named = self
        named.ways = ways.with(partner: partner)
        return named
    }
}
