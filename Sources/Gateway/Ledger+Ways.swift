public import Metering
import Normalisation
public import Reporting
import Storage

extension Ledger {
    /// How the two ways of every point that has two stand to each other in `days`.
    ///
    /// - Parameters:
    ///   - days: the span asked for.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: a row for each such point.
    /// - Throws: `StoreError` when the store can't be read.
    public func waysReport(over days: Range<LocalDay>, asOf: Instant? = nil) async throws -> WaysReport {
        let span = days.lowerBound.start..<days.upperBound.start
        var rows: [WaysReport.Row] = []
        for installation in pilot.installations {
            guard let second = installation.second else { continue }
            let past = try await PointHistory(store, pilot.terms.index).past(
                of: installation,
                in: span,
                asOf: asOf
            )
            let paths = Reconciliation(past.context, resolution: second.resolution).compare(
                past.first.filter { span.contains($0.at) },
                with: past.second.filter { span.contains($0.at) }
            )
            let (verdict, apart) = paths.verdict.words
            rows.append(
                WaysReport.Row(
                    point: installation.point.id,
                    first: installation.source.words,
                    second: second.source.words,
                    verdict: verdict,
                    offset: paths.offset,
                    skewSeconds: paths.skewSeconds,
                    apart: apart,
                    missingOnFirst: paths.missing.onFirst.count,
                    missingOnSecond: paths.missing.onSecond.count,
                    filled: past.filling.readings.count { span.contains($0.reading.at) }
                )
            )
        }
        return WaysReport(rows: rows)
    }

    /// Every reading in `days` that a second way filled in, with the capture that it was made from.
    ///
    /// - Parameters:
    ///   - days: the span asked for.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: by point and instant.
    /// - Throws: `StoreError` when the store can't be read.
    public func filledReport(over days: Range<LocalDay>, asOf: Instant? = nil) async throws -> FilledReport {
        let span = days.lowerBound.start..<days.upperBound.start
        var rows: [FilledReport.Row] = []
        for installation in pilot.installations {
            let past = try await PointHistory(store, pilot.terms.index).past(
                of: installation,
                in: span,
                asOf: asOf
            )
            for filled in past.filling.readings where span.contains(filled.reading.at) {
                rows.append(
                    FilledReport.Row(
                        reading: filled.reading,
                        source: filled.source,
                        capture: try await store.capture(of: filled.source, by: .second)
                    )
                )
            }
        }
        return FilledReport(rows: rows)
    }

    /// The newest reading of a point's series, and by which of its ways it came; nil when there is none.
    ///
    /// - Parameters:
    ///   - point: one of the pilot's.
    ///   - now: the present instant.
    /// - Returns: a second way's reading as it stands in the series.
    /// - Throws: `StoreError` when the store can't be read.
    public func newest(of point: ServicePoint.ID, at now: Instant) async throws
        -> (reading: Reading, route: Route)?
    {
        guard let installation = pilot.installation(at: point) else { return nil }
        let first = try await store.lastReading(of: point)
        let second = try await store.lastReading(of: point, by: .second)
        // What the first way has just brought need not be looked for.
        if let first, first.at + 3_600 >= second?.at ?? first.at { return (first, .first) }
        let past = try await PointHistory(store, pilot.terms.index).past(
            of: installation,
            in: now..<now + 86_400
        )
        guard let last = past.readings.last else { return nil }
        return (last, past.filling.readings.last?.reading.at == last.at ? .second : .first)
    }
}

extension ReconciledPaths.Verdict {
    /// The word of the report, and by how much they disagree.
    fileprivate var words: (String, Volume?) {
        switch self {
        case .unknown: ("unknown", nil)
        case .agree: ("agree", nil)
        case .offset: ("offset", nil)
        case .skewed: ("skewed", nil)
        case .disagree(_, let by): ("disagree", by)
        }
    }
}

extension Installation.Source {
    /// What it is, for people.
    var words: String {
        switch self {
        case .line(let wiring): "line \(wiring.path) unit \(wiring.unit) channel \(wiring.channel)"
        case .feed(let meter): "feed \(meter)"
        case .files(let folder): "files \(folder)"
        }
    }
}
