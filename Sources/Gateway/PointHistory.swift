import Metering
import Normalisation
import Storage

/// Reads what a point's present needs to know of it, and as much of its past: from a reading on whose index nothing
/// earlier can change.
struct PointHistory {
    /// How far back an anchor is looked for, in days before the span; at a meter that stands still for longer the walk
    /// begins where it may be off by its jitter.
    private static let reachesDays: [Int64] = [3, 31, 120, 400]

    private let store: MeterStore
    private let settings: IndexSettings

    init(_ store: MeterStore, _ settings: IndexSettings) {
        self.store = store
        self.settings = settings
    }

    /// What the store knows of an installed point: as the register has it, with its exchanges and invalid stretches.
    func context(of installation: Installation, asOf: Instant? = nil) async throws(StoreError)
        -> (known: RegisteredPoint, context: SeriesContext)
    {
        let point = installation.point.id
        let known = try await store.registeredPoint(point) ?? installation.registered
        let context = SeriesContext(
            dial: known.meter.dial,
            calibre: known.point.calibre,
            exchanges: try await store.exchanges(of: point, asOf: asOf),
            invalid: try await store.invalidSpans(of: point, asOf: asOf),
            settings: settings
        )
        return (known, context)
    }

    /// What a point's present needs to know: the readings of both ways, the first one's gaps filled.
    ///
    /// - Parameters:
    ///   - installation: the point.
    ///   - span: what shall be told.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: readings whose usage inside the span is that of the whole history.
    /// - Throws: `StoreError` when the store can't be read.
    func past(of installation: Installation, in span: Range<Instant>, asOf: Instant? = nil)
        async throws(StoreError) -> PointPast
    {
        let point = installation.point.id
        let (known, context) = try await context(of: installation, asOf: asOf)
        guard try await store.firstReading(of: point, by: .second) != nil else {
            let first = try await readings(of: point, in: span, context, by: .first, asOf).readings
            return PointPast(known: known, context: context, first: first)
        }
        let reconciliation = Reconciliation(context, resolution: installation.second?.resolution)
        let reach = Reconciliation.reachSeconds
        let from = max(span.lowerBound, .earliest) - reach
        // A gap that reaches into the span began with the reading before, and has its own week before that.
        let before = try await store.readings(
            of: point,
            in: from..<span.upperBound,
            includingBefore: true,
            by: .first,
            asOf: asOf
        )
        .first?.at
        let needed = min(before ?? from, from) - reach..<span.upperBound
        let (first, isWhole) = try await readings(of: point, in: needed, context, by: .first, asOf)
        // Where the first way began not long ago, the second may go back further.
        let isYoung = isWhole && (first.first.map { $0.at >= from } ?? true)
        let all = isYoung ? Instant(secondsSince1970: .min)..<needed.upperBound : needed
        let second = try await readings(
            of: point,
            in: all,
            reconciliation.secondContext,
            by: .second,
            asOf
        ).readings
        return PointPast(
            known: known,
            context: context,
            first: first,
            second: second,
            filling: reconciliation.fill(first, from: second, isWhole: isWhole)
        )
    }

    /// One way's readings, from an anchor on or from the very first.
    ///
    /// - Returns: readings whose usage inside the span is that of the whole history, and whether they are all of it.
    private func readings(
        of point: ServicePoint.ID,
        in span: Range<Instant>,
        _ context: SeriesContext,
        by route: Route,
        _ asOf: Instant?
    ) async throws(StoreError) -> (readings: [Reading], isWhole: Bool) {
        let anchor = SeriesAnchor(context)
        var readings: [Reading] = []
        for days in PointHistory.reachesDays {
            let from = max(span.lowerBound, .earliest) - days * 86_400
            readings = try await store.readings(
                of: point,
                in: from..<span.upperBound,
                includingBefore: true,
                by: route,
                asOf: asOf
            )
            if let start = anchor.newest(in: readings, at: span.lowerBound) {
                return (Array(readings.drop { $0.at < start }), false)
            }
            // Nothing older was found: it is the whole history.
            guard let first = readings.first, first.at < from else { return (readings, true) }
        }
        return (readings, false)
    }
}

extension Instant {
    /// Before anything that was ever read, and with room for days before it.
    fileprivate static let earliest = Instant(secondsSince1970: -100_000_000_000)
}
