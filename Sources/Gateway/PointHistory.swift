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

    /// - Parameters:
    ///   - point: a service point.
    ///   - span: what shall be told.
    ///   - context: by which its indexes are read.
    ///   - route: which of its ways.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: readings whose usage inside the span is that of the whole history.
    /// - Throws: `StoreError` when the store can't be read.
    func readings(
        of point: ServicePoint.ID,
        in span: Range<Instant>,
        _ context: SeriesContext,
        by route: Route = .first,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [Reading] {
        let anchor = SeriesAnchor(context)
        var readings: [Reading] = []
        for days in PointHistory.reachesDays {
            let from = span.lowerBound - days * 86_400
            readings = try await store.readings(
                of: point,
                in: from..<span.upperBound,
                includingBefore: true,
                by: route,
                asOf: asOf
            )
            if let start = anchor.newest(in: readings, at: span.lowerBound) {
                return Array(readings.drop { $0.at < start })
            }
            // Nothing older was found: it is the whole history.
            guard let first = readings.first, first.at < from else { return readings }
        }
        return readings
    }
}
