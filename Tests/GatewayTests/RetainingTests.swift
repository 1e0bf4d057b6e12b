import Alerting
import Billing
import Metering
import Seeds
import Testing

@testable import Gateway
@testable import Storage

struct RetainingTests {
    private static let now = march(10)
    private static let days = LocalDay(daysSince1970: 19_000)..<LocalDay(daysSince1970: 21_000)

    private static var settings: RetentionSettings {
        var settings = RetentionSettings()
        settings.hourlyYears = 1
        settings.billingYears = 3
        settings.telegramMonths = 13
        settings.auditYears = 2
        return settings
    }

    /// 1 April of a year, in Japan.
    private static func april(_ year: Int) -> Instant {
        LocalDay(year: year, month: 4, day: 1)?.start ?? march(0)
    }

    /// Readings every three hours since the autumn of 2021, of two points; the first one has jitter, gaps and a rollover.
    ///
    /// With an even seed nothing is sealed. The second way of the first point says the same as the first, in one month of
    /// ten.
    private func filled(seed: UInt64 = 1) async throws -> GatewayScene {
        let scene = try await GatewayScene()
        var generator = SeededGenerator(seed: seed)
        let start = march(-1_600)
        for point in [ServicePoint.ID.fed, .wired] {
            var index: Int64 = 9_990_000
            let readings = stride(from: Int64(0), to: 1_605 * 8, by: 1).compactMap { step -> Reading? in
                index += Int64.random(in: 0...60, using: &generator)
                guard Int.random(in: 0...9, using: &generator) > 0 else { return nil }
                let jitter = Int.random(in: 0...5, using: &generator) == 0 ? Int64(4) : 0
                return Reading(
                    point: point,
                    at: start + step * 3 * 3_600,
                    index: .litres((index - jitter) % 10_000_000)
                )
            }
            for chunk in stride(from: 0, to: readings.count, by: 240) {
                let some = Array(readings[chunk..<min(chunk + 240, readings.count)])
                let now = (some.last?.at ?? start) + 3_600
                try await scene.keep(some, key: "\(point) \(chunk)", at: now)
                guard point == .fed, chunk.isMultiple(of: 2_400) else { continue }
                let capture = Capture(
                    path: .line,
                    source: "unit 3",
                    key: "\(point) \(chunk)",
                    times: CaptureTimes(asked: now, answered: now),
                    bytes: [1]
                )
                _ = try await scene.store.store(
                    [Arrival(capture: capture, readings: [], second: some)],
                    at: now
                )
            }
        }
        try await scene.pipeline.think(at: Self.now)
        if !seed.isMultiple(of: 2) { _ = try await scene.store.seal(at: Self.now) }
        // What judgement found in this history is no concern of these tests.
        for incident in try await scene.store.incidents() where incident.closedAt == nil {
            try await scene.store.close(incident.id, .usage, by: "test", at: Self.now)
        }
        return scene
    }

    /// The readings on both sides of each month's first midnight since April 2022, of a list in order of time.
    private static func billingBasis(of readings: [Reading]) -> [Reading] {
        var kept: Set<Instant> = []
        var month = LocalDay(containing: april(2022)).month
        while month.firstDay.start < april(2024) {
            let midnight = month.firstDay.start
            if let earlier = readings.last(where: { $0.at < midnight }),
                let later = readings.first(where: { $0.at >= midnight })
            {
                kept.formUnion([earlier.at, later.at])
            }
            month = month.next
        }
        return readings.filter { kept.contains($0.at) }
    }

    private func retaining(_ scene: GatewayScene, _ settings: RetentionSettings = settings) -> Retaining {
        Retaining(settings, pilot: GatewayScene.pilot, store: scene.store)
    }

    private func usage(_ scene: GatewayScene) async throws -> [DailyUsage] {
        try await scene.store.dailyUsage(in: Self.days)
    }

    @Test func `what is over is told by fiscal years and months`() {
        let limits = Self.settings.limits(at: Self.now)
        #expect(limits.readings?.description == "2024-04-01")
        #expect(limits.billingBasis?.description == "2022-04-01")
        #expect(limits.telegrams?.description == "2025-02-01")
        #expect(limits.audit?.description == "2023-04-01")
        #expect(Self.settings.limits(at: march(32)).readings?.description == "2025-04-01")
        #expect(RetentionSettings().limits(at: Self.now) == RetentionLimits())
    }

    @Test func `without spans nothing is over`() async throws {
        let scene = try await filled()
        let before = try await scene.store.everything()
        let outcome = try await retaining(scene, RetentionSettings()).apply(
            by: "sato",
            reason: "x",
            at: Self.now
        )
        #expect(outcome.total == 0)
        #expect(try await scene.store.everything() == before)
    }

    @Test(arguments: [UInt64](1...3))
    func `what goes is what was planned, every day and month stays as it was, and every law holds`(
        seed: UInt64
    )
        async throws
    {
        let scene = try await filled(seed: seed)
        let ledger = Ledger(store: scene.store, pilot: GatewayScene.pilot)
        let billed = LocalDay(containing: Self.april(2022))..<LocalDay(containing: march(1))
        let (days, months) = (try await usage(scene), try await ledger.months(of: .fed, over: billed))
        let count = try await scene.store.readingCount()
        let seconds = try await scene.store.readings(
            of: .fed,
            in: march(-5_000)..<Self.april(2024),
            by: .second
        )
        let untouched = try await scene.store.everything()
        let plan = try await retaining(scene).plan(at: Self.now)
        #expect(try await scene.store.everything() == untouched, "a plan changes nothing")
        let outcome = try await retaining(scene).apply(by: "sato", reason: "文書取扱規程", at: Self.now)
        #expect(outcome == plan)
        let gone = outcome.counts.filter { $0.kind == .readings }.reduce(0) { $0 + $1.count }
        #expect(try await scene.store.readingCount() == count - gone && gone > 10_000)
        #expect(try await usage(scene) == days)
        let left = try await ledger.months(of: .fed, over: billed)
        #expect(left.map(\.usageLitres) == months.map(\.usageLitres) && left.count > 40, "seed \(seed)")
        #expect(try await scene.store.verify() == [])
        #expect(try await Rebuild(store: scene.store, pilot: GatewayScene.pilot).run(at: Self.now) == [])
        #expect(try await usage(scene) == days)
        let old = try await scene.store.readings(of: .fed, in: march(-5_000)..<Self.april(2024) - 86_400 * 40)
        #expect(
            (20...60).contains(old.count),
            "two readings a month for the bills, and none before they are over"
        )
        let second = try await scene.store.readings(
            of: .fed,
            in: march(-5_000)..<Self.april(2024) - 86_400 * 40,
            by: .second
        )
        // What lies at the end of the last month that the second way told is where the days that stay begin.
        let end = try #require(seconds.last).at - 5 * 86_400
        let basis = Self.billingBasis(of: seconds).filter { $0.at < end }
        #expect(second.filter { $0.at < end } == basis && basis.count > 1)
        #expect(
            try await scene.store.firstReading(of: .fed).map { $0.at >= Self.april(2022) - 86_400 } == true
        )
        #expect(try await scene.store.auditLog().contains { $0.action == "retention" && $0.person == "sato" })
        #expect(try await retaining(scene).plan(at: Self.now).total == 0)
        #expect(try await retaining(scene).apply(by: "sato", reason: "again", at: Self.now).total == 0)
    }

    @Test func `a year later more goes, and the days stay`() async throws {
        let scene = try await filled()
        let days = try await usage(scene)
        _ = try await retaining(scene).apply(by: "sato", reason: "a", at: Self.now)
        let later = try await retaining(scene).apply(by: "sato", reason: "b", at: march(40))
        #expect(later.counts.contains { $0.kind == .readings && $0.month.description == "2024-10" })
        #expect(later.counts.contains { $0.kind == .readings && $0.month.description == "2022-05" })
        #expect(try await usage(scene) == days)
        #expect(try await scene.store.verify() == [])
        #expect(try await Rebuild(store: scene.store, pilot: GatewayScene.pilot).run(at: march(40)) == [])
    }

    @Test func `what arrives from before is counted and refused, and changes no day`() async throws {
        let scene = try await filled()
        let days = try await usage(scene)
        _ = try await retaining(scene).apply(by: "sato", reason: "a", at: Self.now)
        let count = try await scene.store.readingCount()
        try await scene.keep(
            [Reading(point: .fed, at: Self.april(2023), index: .litres(1))],
            key: "late",
            at: Self.now
        )
        try await scene.pipeline.think(at: Self.now)
        #expect(try await scene.store.readingCount() == count)
        #expect(try await usage(scene) == days)
        #expect(try await scene.store.texts("SELECT sum(refused_count) FROM retained_since") == ["1"])
        // Even judged anew from the beginning, a day whose readings went stays.
        try await scene.store.touch(.fed, from: march(-1_500))
        try await scene.pipeline.think(at: Self.now)
        #expect(try await usage(scene) == days)
        #expect(try await scene.store.verify() == [])
    }

    @Test(arguments: ["incident", "unexplained", "quarantine"])
    func `what somebody still needs stays, and goes when it is settled`(reason: String) async throws {
        let scene = try await filled()
        let (need, settle) = Self.needs[reason] ?? ("", "")
        try await scene.store.run(need)
        let count = try await scene.store.readings(of: .fed, in: march(-5_000)..<march(1)).count
        let outcome = try await retaining(scene).apply(by: "sato", reason: "a", at: Self.now)
        #expect(outcome.held.map(\.point) == [.fed])
        #expect(try await scene.store.readings(of: .fed, in: march(-5_000)..<march(1)).count == count)
        #expect(try await scene.store.readings(of: .wired, in: march(-5_000)..<march(1)).count < count)
        let bytes = try await scene.store.texts(
            "SELECT count(*) FROM capture WHERE length(bytes) = 0 AND record_key GLOB 'S-00003*'"
        )
        #expect(reason == "quarantine" || bytes == ["0"], "the captures of a held point keep their bytes")
        try await scene.store.run(settle)
        let rest = try await retaining(scene).apply(by: "sato", reason: "b", at: Self.now)
        #expect(rest.held.isEmpty && rest.counts.contains { $0.kind == .readings })
        #expect(try await scene.store.verify() == [])
    }

    private static let needs: [String: (String, String)] = [
        "incident": (
            "UPDATE incident SET state = 'open', closed_utc = NULL, close_reason = NULL WHERE key = (SELECT min(key) FROM incident WHERE subject = 'S-00003')",
            "UPDATE incident SET state = 'closed', closed_utc = 1, close_reason = 'x' WHERE state = 'open'"
        ),
        "unexplained": (
            "UPDATE daily_usage SET is_unexplained = 1 WHERE point_key = 3 AND day_jst = 19300",
            "UPDATE daily_usage SET is_unexplained = 0"
        ),
        "quarantine": (
            """
            INSERT INTO quarantine (path_key, record_key, place, field, expected, found, stored_utc, last_seen_utc)
            VALUES (1, 'x', 'S-00003 2023-01-01T00:00:00Z revision 1', 'index_ml', 'a', 'b', 0, 0)
            """,
            "UPDATE quarantine SET state = 'dropped'"
        ),
    ]

    @Test(arguments: [
        "reading_block", "retained_month", "retained_since", "retention_count", "retention_run", "capture",
    ])
    func `a write that fails leaves whole points, and the next turn does the rest`(table: String) async throws
    {
        let scene = try await filled()
        let days = try await usage(scene)
        try await scene.store.failEveryWrite(to: table)
        await #expect(throws: StoreError.self) {
            _ = try await retaining(scene).apply(by: "sato", reason: "a", at: Self.now)
        }
        #expect(try await scene.store.verify() == [])
        try await scene.store.letWritesPass()
        _ = try await retaining(scene).apply(by: "sato", reason: "b", at: Self.now)
        #expect(try await usage(scene) == days)
        #expect(try await scene.store.verify() == [])
        #expect(try await retaining(scene).plan(at: Self.now).total == 0)
    }

    @Test(arguments: [
        (
            "UPDATE daily_usage SET volume_ml = volume_ml + 1 WHERE point_key = 3 AND day_jst = 19300",
            "usage_of_a_retained_month_changed"
        ),
        (
            "DELETE FROM daily_usage WHERE point_key = 3 AND day_jst = 19300",
            "usage_of_a_retained_month_changed"
        ),
        ("DELETE FROM reading_block WHERE point_key = 3 AND month_jst = 24274", "billing_basis_missing"),
        (
            "UPDATE capture SET bytes_gone = 'retention' WHERE key = (SELECT max(key) FROM capture)",
            "telegrams_gone_uncounted"
        ),
    ])
    func `verify accepts what went, and only that`(damage: String, check: String) async throws {
        let scene = try await filled()
        _ = try await retaining(scene).apply(by: "sato", reason: "a", at: Self.now)
        #expect(try await scene.store.verify() == [])
        try await scene.store.run(damage)
        #expect(try await scene.store.verify().map(\.check).contains(check))
    }

    @Test func `after an erasure of what retention left every law holds`() async throws {
        let scene = try await filled()
        _ = try await retaining(scene).apply(by: "sato", reason: "a", at: Self.now)
        let erasure = Erasure(point: .fed, before: march(-700, hours: 7), by: "sato", reason: "R8-5")
        _ = try await scene.store.erase(erasure, at: Self.now)
        try await scene.pipeline.think(at: Self.now)
        #expect(try await scene.store.verify() == [])
        #expect(try await scene.store.readings(of: .fed, in: march(-5_000)..<march(-700, hours: 7)).isEmpty)
    }
}
