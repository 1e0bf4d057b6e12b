import Decoding
import Acquisition
import Alerting
import Metering
import Storage
import Seeds
import Testing

@testable import Gateway

struct PipelineTakeTests {
    @Test func `an answer becomes a reading for each meter behind the unit, with its bytes`() async throws {
        let scene = try await GatewayScene()
        let answer = try GatewayScene.answer(1_000, 2_000, at: march(2))
        #expect(try await scene.pipeline.take(answer, at: march(2)) == .done)
        let first = try #require(try await scene.store.lastReading(of: .wired))
        let second = try #require(try await scene.store.lastReading(of: .beside))
        #expect((first.index, second.index) == (.litres(1_000), .litres(2_000)))
        #expect(first.at == march(2))
        let capture = try #require(try await scene.store.capture(of: second))
        #expect(capture.bytes == answer.exchanges[0].reply)
        #expect(capture.request == answer.exchanges[0].request)
    }

    @Test func `a channel that gives no index costs the others nothing and is told with its reason`()
        async throws
    {
        let scene = try await GatewayScene()
        _ = try await scene.pipeline.take(try GatewayScene.answer(5, .max, at: march(2)), at: march(2))
        #expect(try await scene.store.lastReading(of: .wired)?.index == .litres(5))
        #expect(try await scene.store.lastReading(of: .beside) == nil)
        let record = try #require(try await scene.store.quarantined().first)
        #expect(record.rejection.place == "line-a unit 11 channel 2")
        #expect(record.rejection.found == "second holds no value")
    }

    @Test func `an index beyond what the pipe can carry is read again, once`() async throws {
        let scene = try await GatewayScene()
        func take(_ litres: UInt32, hours: Int64, again: Bool = false) async throws -> DeliveryVerdict {
            let at = march(2, hours: hours)
            let answer = try GatewayScene.answer(litres, 0, at: at, isConfirmation: again)
            return try await scene.pipeline.take(answer, at: at)
        }
        #expect(try await take(10_000, hours: 0) == .done)
        #expect(try await take(10_200, hours: 1) == .done)
        #expect(try await take(90_000, hours: 2) == .confirm)
        #expect(try await take(90_000, hours: 2, again: true) == .done)
        #expect(try await take(10_300, hours: 3) == .confirm, "a fall as well")
    }

    @Test func `a record of a meter that nobody registered is kept and told, the others go on`() async throws
    {
        let scene = try await GatewayScene()
        let foreign = GatewayScene.page([(march(1), 7)], delivered: march(2), meter: "TN-99")
        try await scene.pipeline.take(foreign, at: march(2))
        try await scene.pipeline.take(
            GatewayScene.page([(march(1), 7)], delivered: march(2)),
            at: march(2)
        )
        #expect(try await scene.store.readingCount() == 1)
        let record = try #require(try await scene.store.quarantined().first)
        #expect(record.rejection.field == "meter_id" && record.rejection.found == "TN-99")
    }

    @Test func `the same page again stores nothing`() async throws {
        let scene = try await GatewayScene()
        let page = GatewayScene.page([(march(1), 7), (march(1, hours: 1), 8)], delivered: march(2))
        for _ in 0..<3 { try await scene.pipeline.take(page, at: march(2)) }
        #expect(try await scene.store.readingCount() == 2)
        #expect(try await scene.store.captureCount() == 1)
        #expect(try await scene.store.watermark(of: .feed) == march(2))
    }

    @Test func `a correction counts, and the value before it stays`() async throws {
        let scene = try await GatewayScene()
        try await scene.pipeline.take(
            GatewayScene.page([(march(1), 7_000)], delivered: march(2)),
            at: march(2)
        )
        try await scene.pipeline.take(
            GatewayScene.page([(march(1), 700)], delivered: march(3), revision: 2),
            at: march(3)
        )
        let span = march(1)..<march(2)
        #expect(try await scene.store.readings(of: .fed, in: span).map(\.index) == [.litres(700)])
        let before = try await scene.store.readings(of: .fed, in: span, asOf: march(2))
        #expect(before.map(\.index) == [.litres(7_000)])
    }

    @Test func `a page that is none of ours is refused and nothing is stored`() async throws {
        let scene = try await GatewayScene()
        let page = FeedDelivery(path: .feed, asked: march(2), answered: march(2), body: Array("<html>".utf8))
        await #expect(throws: (any Error).self) { try await scene.pipeline.take(page, at: march(2)) }
        #expect(try await scene.store.captureCount() == 0)
        #expect(try await scene.store.watermark(of: .feed) == nil)
    }

    @Test
    func `a number that moves from one place to another takes its later values along, and no earlier ones`()
        async throws
    {
        let scene = try await GatewayScene()
        let swaps = [(12, "TN-4"), (20, "TN-3")].map { hour, meter in
            MeterExchange(
                point: .fed,
                at: march(1, hours: Int64(hour)),
                closing: .litres(7),
                opening: .zero,
                newMeter: Meter.ID(meter)
            )
        }
        for swap in swaps { try await scene.store.record(swap, by: "test", at: march(1, hours: 21)) }
        for (hour, meter, litres) in [(11, "TN-3", 5), (13, "TN-4", 1), (21, "TN-3", 2)]
            as [(Int64, String, Int64)]
        {
            let page = GatewayScene.page(
                [(march(1, hours: hour), litres)],
                delivered: march(2, hours: hour),
                meter: meter
            )
            try await scene.pipeline.take(page, at: march(3))
        }
        let readings = try await scene.store.readings(of: .fed, in: march(1)..<march(2))
        #expect(readings.map(\.index) == [.litres(5), .litres(1), .litres(2)])
    }

    @Test func `the number of a new meter that an exchange announced is known`() async throws {
        let scene = try await GatewayScene()
        let exchange = MeterExchange(
            point: .fed,
            at: march(1, hours: 12),
            closing: .litres(500),
            opening: .zero,
            newMeter: Meter.ID("TN-4")
        )
        try await scene.store.record(exchange, by: "test", at: march(1, hours: 13))
        let page = GatewayScene.page([(march(1, hours: 14), 3)], delivered: march(2), meter: "TN-4")
        try await scene.pipeline.take(page, at: march(2))
        #expect(try await scene.store.lastReading(of: .fed)?.index == .litres(3))
    }
}

struct PipelineThinkTests {
    /// Two weeks of a home that sleeps, with a leak of 15 L/h from the tenth day on: hour and index.
    private static let leaking: [(at: Instant, litres: Int64)] = {
        var index: Int64 = 1_000
        return (0..<24 * 14).map { hour in
            index += ((7...22).contains(hour % 24) ? 25 : 0) + (hour >= 240 ? 15 : 0)
            return (march(1, hours: hour), index)
        }
    }()

    /// The pages of these days, one a day, delivered the next morning.
    private static let pages: [FeedDelivery] = stride(from: 0, to: leaking.count, by: 24).map { start in
        let values = Array(leaking[start..<start + 24])
        return GatewayScene.page(values, delivered: values[23].at + 6 * 3_600)
    }

    private static let end = march(15, hours: 6)

    private func outcome(_ scene: GatewayScene) async throws -> [String] {
        let incidents = try await scene.store.incidents().map { "\($0.id) \($0.kind) \($0.startedAt)" }
        let mails = try await scene.store.dueMail(at: PipelineThinkTests.end + 86_400).map(\.intent.messageID)
        var usage: [String] = []
        for day in 0..<14 {
            let rows = try await scene.store.dailyUsage(on: LocalDay(containing: march(Int64(day) + 1)))
            usage += rows.map { "\($0.day) \($0.point) \($0.volume) \($0.knownSeconds)" }
        }
        return incidents + mails + usage
    }

    @Test func `a leak is one incident and one mail, however often it is thought about`() async throws {
        let scene = try await GatewayScene()
        for page in PipelineThinkTests.pages {
            try await scene.pipeline.take(page, at: page.answered)
            try await scene.pipeline.think(about: [.fed], at: page.answered)
        }
        let incidents = try await scene.store.incidents()
        #expect(incidents.map(\.kind) == [.leakContinuous])
        #expect(incidents.first?.rate == .litresPerHour(15))
        let once = try await outcome(scene)
        for _ in 0..<3 { try await scene.pipeline.think(about: [.fed], at: PipelineThinkTests.end) }
        #expect(try await outcome(scene) == once)
        #expect(try await scene.store.dueMail(at: PipelineThinkTests.end).count == 1)
    }

    @Test func `a crash between the two transactions costs no judgement`() async throws {
        let whole = try await GatewayScene()
        let crashed = try await GatewayScene()
        for page in PipelineThinkTests.pages {
            try await whole.pipeline.take(page, at: page.answered)
            try await crashed.pipeline.take(page, at: page.answered)
        }
        try await whole.pipeline.think(at: PipelineThinkTests.end)
        // What comes back after the crash knows only what the store says.
        let again = try await GatewayScene(crashed.store)
        #expect(try await again.store.unjudgedPoints(stage: Pipeline.stage).map(\.point) == [.fed])
        try await again.pipeline.think(at: PipelineThinkTests.end)
        #expect(try await outcome(again) == outcome(whole))
        #expect(try await again.store.unjudgedPoints(stage: Pipeline.stage).isEmpty)
    }

    @Test(arguments: Array(1...8) as [UInt64])
    func `pages in any order, some of them twice, come to the same usage and the same incident`(seed: UInt64)
        async throws
    {
        let orderly = try await GatewayScene()
        for page in PipelineThinkTests.pages {
            try await orderly.pipeline.take(page, at: PipelineThinkTests.end)
        }
        try await orderly.pipeline.think(at: PipelineThinkTests.end)
        var generator = SeededGenerator(seed: seed)
        let mixed = try await GatewayScene()
        let pages = PipelineThinkTests.pages + PipelineThinkTests.pages.shuffled(using: &generator).prefix(5)
        for page in pages.shuffled(using: &generator) {
            try await mixed.pipeline.take(page, at: PipelineThinkTests.end)
        }
        try await mixed.pipeline.think(at: PipelineThinkTests.end)
        #expect(try await outcome(mixed) == outcome(orderly), "seed \(seed)")
    }

    @Test func `silence is told when it lasts longer than the path's delay explains`() async throws {
        let scene = try await GatewayScene()
        for page in PipelineThinkTests.pages.prefix(8) {
            try await scene.pipeline.take(page, at: page.answered)
        }
        let last = march(8, hours: 23)
        try await scene.pipeline.think(about: [.fed], at: last + (48 + 30) * 3_600)
        #expect(try await scene.store.incidents().isEmpty)
        try await scene.pipeline.think(about: [.fed], at: last + (48 + 30) * 3_600 + 1)
        #expect(try await scene.store.incidents().map(\.kind) == [.noData])
    }

    @Test(arguments: ["daily_usage", "incident", "mail", "progress"])
    func `a judgement that can't be stored changes nothing and is owed`(table: String) async throws {
        let scene = try await GatewayScene()
        for page in PipelineThinkTests.pages { try await scene.pipeline.take(page, at: page.answered) }
        let before = try await outcome(scene)
        try await scene.store.failEveryWrite(to: table)
        await #expect(throws: StoreError.self) { try await scene.pipeline.think(at: PipelineThinkTests.end) }
        #expect(try await outcome(scene) == before)
        #expect(try await scene.store.unjudgedPoints(stage: Pipeline.stage).map(\.point) == [.fed])
        try await scene.store.letWritesPass()
        try await scene.pipeline.think(at: PipelineThinkTests.end)
        #expect(try await scene.store.incidents().map(\.kind) == [.leakContinuous])
    }

    @Test(arguments: ["capture", "reading"])
    func `an answer that can't be stored is not done`(table: String) async throws {
        let scene = try await GatewayScene()
        try await scene.store.failEveryWrite(to: table)
        let answer = try GatewayScene.answer(5, 6, at: march(2))
        await #expect(throws: StoreError.self) { try await scene.pipeline.take(answer, at: march(2)) }
        #expect(try await scene.store.captureCount() == 0)
        try await scene.store.letWritesPass()
        #expect(try await scene.pipeline.take(answer, at: march(2)) == .done)
    }
}

struct JudgeDaysTests {
    private let series = UsageSeries(
        steps: (0..<48).map { hour in
            UsageStep(
                from: march(1, hours: hour),
                to: march(1, hours: hour + 1),
                volume: .litres(2)
            )
        }
    )

    @Test func `a value changes the day of the step before it, too`() {
        let days = Judge.days(of: series, at: .fed, since: march(2))
        #expect(days.map { "\($0.day)" } == ["2026-03-01", "2026-03-02"])
        #expect(days.map(\.volume) == [.litres(48), .litres(48)])
        #expect(days.map(\.knownSeconds) == [86_400, 86_400])
    }

    @Test func `nothing new changes no day`() {
        #expect(Judge.days(of: series, at: .fed, since: nil).isEmpty)
        #expect(Judge.days(of: UsageSeries(steps: []), at: .fed, since: march(1)).isEmpty)
    }

    @Test func `states read alone make no reading of the older index beside them`() async throws {
        let scene = try await GatewayScene()
        let index = try GatewayScene.answer(500, 7, at: march(1))
        _ = try await scene.pipeline.take(index, at: march(1))
        let request = ReadRequest(function: .inputRegisters, address: 100, count: 1)
        let states = Exchange(
            read: request,
            asked: Moment(march(1, seconds: 30)),
            answered: Moment(march(1, seconds: 30)),
            request: Frame.rtuRequest(request, unit: 11),
            reply: [11, 4, 2, 0, 1, 0, 0],
            data: [0, 1]
        )
        let alone = UnitAnswer(path: .line, unit: 11, exchanges: [states], image: index.image)
        _ = try await scene.pipeline.take(alone, at: march(1, seconds: 30))
        let all = march(1)..<march(2)
        #expect(try await scene.store.readings(of: .wired, in: all).map(\.at) == [march(1)])
        #expect(try await scene.store.captureCount() == 2)
    }
}
