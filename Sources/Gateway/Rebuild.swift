public import Metering
import Normalisation
public import Storage

/// Derives everything that is kept of usage once more, from the readings alone, and compares.
///
/// Daily usage is kept up reading by reading; this reads each point's whole history at once. Both have to agree.
public struct Rebuild: Sendable {
    private let store: MeterStore
    private let pilot: Pilot

    /// A day on which what was kept and what the readings say differ.
    public struct Difference: Hashable, Sendable {
        public let point: ServicePoint.ID
        public let day: LocalDay
        /// Nil where nothing was kept.
        public let kept: DailyUsage?
        /// Nil where the readings tell nothing.
        public let derived: DailyUsage?
    }

    public init(store: MeterStore, pilot: Pilot) {
        self.store = store
        self.pilot = pilot
    }

    /// Compares all points, and puts right what differs.
    ///
    /// Points with news that nobody has judged yet are left to the judgement.
    ///
    /// - Parameters:
    ///   - now: the present instant.
    ///   - progress: told how many points are done.
    /// - Returns: the days that differed, in order of points and days; none when all was kept up rightly.
    /// - Throws: `StoreError` when the store can't be read or written.
    public func run(at now: Instant, progress: @Sendable (Int) -> Void = { _ in }) async throws
        -> [Difference]
    {
        let unjudged = Set(try await store.unjudgedPoints(stage: Pipeline.stage).map(\.point))
        var differences: [Difference] = []
        for (place, installation) in pilot.installations.enumerated() {
            if !unjudged.contains(installation.point.id) {
                differences += try await compare(installation, at: now)
            }
            progress(place + 1)
        }
        return differences
    }

    private func compare(_ installation: Installation, at now: Instant) async throws -> [Difference] {
        let point = installation.point.id
        let everything = Instant(secondsSince1970: .min)..<Instant(secondsSince1970: .max)
        let past = try await PointHistory(store, pilot.terms.index).past(of: installation, in: everything)
        let series = SeriesNormaliser(past.context).normalise(past.readings).series
        let derived = Judge.days(of: series, at: point, since: past.readings.first?.at)
        let allDays = LocalDay(daysSince1970: -1_000_000)..<LocalDay(daysSince1970: 10_000_000)
        let kept = try await store.dailyUsage(of: point, in: allDays)
        // Days whose readings went because their time was over can't be derived; `verify` holds them to their sums.
        let retained = try await store.retainedSince(of: point)
        let differences = Rebuild.differences(kept, derived, at: point)
            .filter { difference in retained.map { difference.day >= $0 } ?? true }
        try await store.replaceUsage(
            of: point,
            with: differences.compactMap(\.derived),
            removing: differences.filter { $0.derived == nil }.map(\.day),
            at: now
        )
        return differences
    }

    private static func differences(_ kept: [DailyUsage], _ derived: [DailyUsage], at point: ServicePoint.ID)
        -> [Difference]
    {
        let keptByDay = Dictionary(uniqueKeysWithValues: kept.map { ($0.day, $0) })
        let derivedByDay = Dictionary(uniqueKeysWithValues: derived.map { ($0.day, $0) })
        return Set(keptByDay.keys).union(derivedByDay.keys).sorted()
            .filter { keptByDay[$0] != derivedByDay[$0] }
            .map { Difference(point: point, day: $0, kept: keptByDay[$0], derived: derivedByDay[$0]) }
    }
}
