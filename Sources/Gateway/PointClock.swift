import Decoding
import Metering
import Normalisation
import Storage

/// Where the clock behind a point was off: the unit's own on a line, the one that dates the values elsewhere.
struct PointClock {
    private let store: MeterStore
    private let rule: ClockRule

    init(_ store: MeterStore, _ settings: ClockSettings = .shipped) {
        self.store = store
        rule = ClockRule(settings)
    }

    /// - Parameters:
    ///   - installation: where the readings come from.
    ///   - readings: in which the usual place of stamps is looked for.
    ///   - span: for what it is asked.
    ///   - pilot: whose models say which units have a clock.
    /// - Returns: what it was off by, in order of time; nothing for a unit without a clock that can be read.
    /// - Throws: `StoreError` when the store can't be read.
    func drifts(
        of installation: Installation,
        _ readings: [Reading],
        in span: Range<Instant>,
        _ pilot: Pilot
    ) async throws(StoreError) -> [ClockDrift] {
        guard let wiring = installation.wiring else {
            let sights = try await store.stampSights(of: installation.point.id, in: span)
            return (rule.drifts(in: sights) + rule.drifts(amongStamps: readings.map(\.at)))
                .sorted { ($0.from, $0.to) < ($1.from, $1.to) }
        }
        guard pilot.profiles[wiring.model]?.clock != nil else { return [] }
        let source = UnitReadings.source(of: wiring.unit)
        return rule.drifts(in: try await store.clockSights(of: source, on: wiring.path, in: span))
    }
}
