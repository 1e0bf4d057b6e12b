import Alerting
import Billing
import Metering
import Storage
import Testing

@testable import Gateway

struct ResolvingTests {
    /// Hourly indexes of the fed meter over March, 10 L an hour, with a fall on the 15th that nobody announced.
    private func fallen() async throws -> GatewayScene {
        let scene = try await GatewayScene()
        for day in 1...31 as ClosedRange<Int64> {
            let values = (0..<24 as Range<Int64>).map { hour in
                let hours = (day - 1) * 24 + hour
                let isNew = hours >= 14 * 24 + 10
                return (march(day, hours: hour), isNew ? 3 + (hours - 346) * 10 : 5_000_000 + hours * 10)
            }
            let page = GatewayScene.page(values, delivered: march(day + 1, hours: 6))
            try await scene.pipeline.take(page, at: march(day + 1, hours: 6))
        }
        let last = GatewayScene.page([(march(32), 3 + (744 - 346) * 10)], delivered: march(32, hours: 7))
        try await scene.pipeline.take(last, at: march(32, hours: 7))
        try await scene.pipeline.think(at: march(32, hours: 8))
        return scene
    }

    private func resolving(_ scene: GatewayScene) -> Resolving {
        Resolving(pilot: GatewayScene.pilot, store: scene.store)
    }

    private func month(_ scene: GatewayScene) async throws -> MonthTotal {
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(32))
        let ledger = Ledger(store: scene.store, pilot: GatewayScene.pilot)
        return try #require(try await ledger.months(of: .fed, over: days).first)
    }

    private func blockedDays(_ scene: GatewayScene) async throws -> [LocalDay] {
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(32))
        return try await scene.store.dailyUsage(of: .fed, in: days).filter(\.isUnexplained).map(\.day)
    }

    private func isFallSuspected(_ scene: GatewayScene) async throws -> Bool {
        try await scene.store.incidents(currentOnly: true).contains { $0.kind == .unannouncedExchange }
    }

    private func resolve(
        _ scene: GatewayScene,
        _ claim: Resolving.Claim,
        from: Instant = march(15, hours: 8),
        to: Instant = march(15, hours: 12)
    ) async throws -> Resolving.Outcome {
        try await resolving(scene).resolve(
            claim,
            at: .fed,
            from: from,
            to: to,
            by: "sato",
            reason: "found on site",
            now: march(33)
        )
    }

    private func exchange(at: Instant? = nil) -> Resolving.Claim {
        .exchange(closing: .litres(5_003_458), opening: .zero, newMeter: Meter.ID("TN-4"), at: at)
    }

    @Test
    func `a blocked month is a total once the exchange is named, and blocked again when that is taken back`()
        async throws
    {
        let scene = try await fallen()
        #expect(try await month(scene).quality == .blocked)
        #expect(try await blockedDays(scene) == [LocalDay(containing: march(15))])
        #expect(try await isFallSuspected(scene))

        let outcome = try await resolve(scene, exchange())
        #expect(outcome.left == [])
        #expect(try await scene.store.exchanges(of: .fed).map(\.at) == [march(15, hours: 10)])
        try await scene.pipeline.think(at: march(33))
        // 345 hours of 10 L, 8 L up to the closing index, 3 L from the opening one, 398 hours of 10 L.
        #expect(try await month(scene).usageLitres == 7_441)
        #expect(try await month(scene).quality == .measured)
        #expect(try await blockedDays(scene) == [])
        #expect(try await isFallSuspected(scene) == false)

        try await scene.store.undoResolution(outcome.number, by: "kato", reason: "it was not", at: march(34))
        try await scene.pipeline.think(at: march(34))
        #expect(try await month(scene).quality == .blocked)
        #expect(try await month(scene).usageLitres == nil)
        #expect(try await blockedDays(scene) == [LocalDay(containing: march(15))])
        let acts = try await scene.store.auditLog().map { "\($0.person) \($0.action) \($0.subject)" }
        #expect(
            acts == [
                "sato exchange S-00003", "sato resolve S-00003", "kato withdraw_exchange S-00003",
                "kato undo_resolution S-00003",
            ]
        )
        #expect(try await scene.store.verify() == [])
    }

    @Test func `readings declared invalid leave a gap of exact volume where the index goes on`() async throws
    {
        let scene = try await GatewayScene()
        var index: Int64 = 1_000
        for hour in 0..<48 as Range<Int64> {
            index += 10
            let isWrong = (20...25).contains(hour)
            let at = march(1, hours: hour)
            let page = GatewayScene.page(
                [(at, isWrong ? index + 4_000_000 : index)],
                delivered: at + 60 + hour
            )
            try await scene.pipeline.take(page, at: march(3))
        }
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(2, hours: 12))
        let ledger = Ledger(store: scene.store, pilot: GatewayScene.pilot)
        func unexplained() async throws -> Int? {
            try await ledger.account(of: .fed, around: days)?.series.steps.count { $0.kind == .unexplained }
        }
        #expect(try await unexplained() == 2)
        let outcome = try await resolve(
            scene,
            .invalid,
            from: march(1, hours: 20),
            to: march(2, hours: 2)
        )
        #expect(outcome.left.isEmpty)
        let account = try #require(try await ledger.account(of: .fed, around: days))
        #expect(try await unexplained() == 0)
        #expect(account.series.usage(in: march(1)..<march(2, hours: 23)).volume == .litres(470))
        #expect(account.readings.count == 42, "none of them serves a bill either")
        try await scene.store.undoResolution(outcome.number, by: "kato", reason: "right", at: march(4))
        #expect(try await unexplained() == 2)
    }

    @Test func `a corrected reading counts at once`() async throws {
        let scene = try await fallen()
        let outcome = try await resolve(
            scene,
            .correction(.litres(5_003_460)),
            from: march(15, hours: 10),
            to: march(15, hours: 10) + 1
        )
        let readings = try await scene.store.readings(
            of: .fed,
            in: march(15, hours: 10)..<march(15, hours: 11)
        )
        #expect(readings.map(\.index) == [.litres(5_003_460)] && readings.map(\.revision) == [2])
        #expect(outcome.left.map(\.from) == [march(15, hours: 10)], "the fall is one hour later now")
        #expect(try await month(scene).quality == .blocked)
    }

    @Test func `an exchange may be told to the minute`() async throws {
        let scene = try await fallen()
        _ = try await resolve(scene, exchange(at: march(15, hours: 9, seconds: 600)))
        #expect(try await scene.store.exchanges(of: .fed).map(\.at) == [march(15, hours: 9, seconds: 600)])
        #expect(try await month(scene).quality == .measured)
    }

    @Test func `a claim that cannot be is refused and changes nothing`() async throws {
        let scene = try await fallen()
        let audit = try await scene.store.auditLog()
        let beyond = Volume.cubicMetres(10_000)
        for (claim, from, to) in [
            (exchange(), march(3), march(5)),
            (exchange(at: march(2)), march(15, hours: 8), march(15, hours: 12)),
            (.correction(beyond), march(3), march(3) + 1), (.invalid, march(5), march(5)),
            (.invalid, march(5), march(99)),
            (
                .exchange(closing: beyond, opening: .zero, newMeter: Meter.ID("N"), at: march(4)), march(3),
                march(5)
            ),
            (
                .exchange(closing: .zero, opening: beyond, newMeter: Meter.ID("N"), at: march(4)), march(3),
                march(5)
            ),
        ] as [(Resolving.Claim, Instant, Instant)] {
            await #expect(throws: ActRefusal.self) {
                _ = try await resolve(scene, claim, from: from, to: to)
            }
        }
        await #expect(throws: StoreError.self) {
            _ = try await resolve(scene, .correction(.litres(1)), from: march(3), to: march(4))
        }
        await #expect(throws: ActRefusal.self) {
            _ = try await resolving(scene).resolve(
                .invalid,
                at: ServicePoint.ID("S-9"),
                from: march(3),
                to: march(4),
                by: "sato",
                reason: "none",
                now: march(33)
            )
        }
        #expect(try await scene.store.auditLog() == audit)
    }
}
