import Acquisition
import Decoding
import Metering
import Storage
import Testing

@testable import Gateway

struct QuarantineDeskTests {
    private static let columns: [FeedLayout.Field: String] = [
        .meter: "番号", .stamp: "日時", .index: "値", .quality: "品質",
    ]

    private static func layout(_ codes: [String: FeedLayout.QualityRule.Verdict] = ["N": .measured])
        -> FeedLayout
    {
        FeedLayout(
            id: FeedLayout.ID("daily"),
            form: .delimited(.utf8, delimiter: .comma, headerRow: 1),
            hasChecksum: true,
            columns: columns,
            quality: FeedLayout.QualityRule(codes: codes)
        )
    }

    private static func file(_ rows: [String], header: String = "番号,日時,値,品質") -> FeedFile {
        let bytes = Array(([header] + rows).joined(separator: "\n").utf8)
        let bare = FeedFile(name: "a b.csv", bytes: bytes, receivedAt: march(2))
        return FeedFile(name: bare.name, bytes: bytes, checksum: bare.digest, receivedAt: march(2))
    }

    private static let rows = [
        "TN-8,2026/3/1 1:00,5,N", "TN-3,2026/3/1 1:00,7,N", "TN-8,2026/3/1 2:00,6,N",
        "TN-3,2026/3/1 2:00,8,X",
    ]

    /// The same pilot, and one more meter in the feed.
    private static let grown = Pilot(
        installations: GatewayScene.pilot.installations.map { installation in
            guard installation.point.id == .beside else { return installation }
            return Installation(
                point: installation.point,
                meter: installation.meter,
                source: .feed(Meter.ID("TN-8"))
            )
        },
        profiles: [GatewayScene.module]
    )

    private func desk(_ store: MeterStore, _ pilot: Pilot = grown, _ layout: FeedLayout = layout())
        -> QuarantineDesk
    {
        QuarantineDesk(store: store, pilot: pilot, layouts: [Path.ID("daily"): layout])
    }

    private func store(_ file: FeedFile = file(rows)) async throws -> MeterStore {
        let store = try await GatewayScene().store
        _ = try await FileIntake(store: store) { GatewayScene.pilot }
            .take(file, by: Self.layout(), from: Path.ID("daily"), at: march(2))
        return store
    }

    private func release(_ number: Int64, _ desk: QuarantineDesk) async throws -> ReadingTally {
        try await desk.release(number, by: "sato", reason: "登録済み", at: march(3)).readings
    }

    @Test func `a row of a meter that has been registered since is taken, and no other`() async throws {
        let store = try await store()
        let waiting = try await store.quarantined().map { "\($0.rejection.place) \($0.rejection.field)" }
        #expect(waiting == ["a b.csv:5 quality", "a b.csv:2 meter_id", "a b.csv:4 meter_id"])
        #expect(try await release(2, desk(store)) == ReadingTally(stored: 1))
        let readings = try await store.readings(of: .beside, in: march(1)..<march(2))
        #expect(readings.map(\.index) == [.litres(5)])
        #expect(try await store.capture(of: try #require(readings.first))?.source == "a b.csv")
        #expect(try await store.quarantined().map(\.number) == [1, 3])
    }

    @Test func `a row is read again by the corrected layout`() async throws {
        let store = try await store()
        let corrected = Self.layout(["N": .measured, "X": .suspect])
        #expect(try await release(1, desk(store, Self.grown, corrected)) == ReadingTally(stored: 1))
        #expect(try await store.lastReading(of: .fed)?.quality == .suspect)
    }

    @Test func `what is still wrong stays, with its reason`() async throws {
        let store = try await store()
        for number in [Int64(1), 2] {
            let error = await #expect(throws: QuarantineDesk.Refusal.self) {
                try await release(number, desk(store, GatewayScene.pilot))
            }
            guard case .stillRefused(number, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try await store.quarantineCount() == 3)
        #expect(try await store.auditLog().isEmpty)
    }

    @Test func `of a row with a column an hour, one hour may be released while another stays wrong`()
        async throws
    {
        func wide(_ missing: Set<String>) -> FeedLayout {
            FeedLayout(
                id: FeedLayout.ID("daily"),
                form: .delimited(.utf8, delimiter: .comma, headerRow: 1),
                columns: [.meter: "番号", .day: "日", .revision: "回"],
                hours: FeedLayout.HourColumns(pattern: "{h}時", hours: 1...3),
                index: FeedLayout.IndexRule(missing: missing)
            )
        }
        let file = Self.file(["TN-3,2026/3/1,1,5,abc,x"], header: "番号,日,回,1時,2時,3時")
        let store = try await GatewayScene().store
        _ = try await FileIntake(store: store) { GatewayScene.pilot }
            .take(file, by: wide([]), from: Path.ID("daily"), at: march(2))
        #expect(try await store.quarantined().map(\.rejection.field) == ["2時", "3時"])
        let desk = desk(store, GatewayScene.pilot, wide(["abc"]))
        #expect(try await release(1, desk) == ReadingTally(duplicates: 1))
        await #expect(throws: QuarantineDesk.Refusal.self) { try await release(2, desk) }
    }

    @Test func `a file that was refused whole is taken whole once its layout is right`() async throws {
        let store = try await store(Self.file([Self.rows[1]], header: "番号,日時,指針,品質"))
        #expect(try await store.quarantined().map(\.rejection.field) == ["値"])
        await #expect(throws: QuarantineDesk.Refusal.self) { try await release(1, desk(store)) }
        let corrected = FeedLayout(
            id: FeedLayout.ID("daily"),
            form: .delimited(.utf8, delimiter: .comma, headerRow: 1),
            columns: Self.columns.merging([.index: "指針"]) { $1 },
            quality: FeedLayout.QualityRule(codes: ["N": .measured])
        )
        #expect(try await release(1, desk(store, Self.grown, corrected)) == ReadingTally(stored: 1))
        let last = try #require(try await store.lastReading(of: .fed))
        #expect(try await store.capture(of: last)?.source == "a b.csv")
        let again = try await FileIntake(store: store) { Self.grown }
            .take(
                Self.file([Self.rows[1]], header: "番号,日時,指針,品質"),
                by: corrected,
                from: Path.ID("daily"),
                at: march(3)
            )
        guard case .taken(let tally) = again else { return #expect(Bool(false), "refused") }
        #expect(tally.isKnown)
    }

    @Test func `a whole file with a bad row in it is not taken whole`() async throws {
        let store = try await store(Self.file(Self.rows, header: "番号,日時,値,品"))
        let corrected = FeedLayout(
            id: FeedLayout.ID("daily"),
            form: .delimited(.utf8, delimiter: .comma, headerRow: 1),
            columns: Self.columns.merging([.quality: "品"]) { $1 },
            quality: FeedLayout.QualityRule(codes: ["N": .measured])
        )
        await #expect(throws: QuarantineDesk.Refusal.self) {
            try await release(1, desk(store, Self.grown, corrected))
        }
        #expect(try await store.readingCount() == 0)
    }

    @Test func `a record of the feed is taken once its meter is registered`() async throws {
        let scene = try await GatewayScene()
        let page = GatewayScene.page(
            [(march(1), 7), (march(1, hours: 1), 8)],
            delivered: march(2),
            meter: "TN-8"
        )
        try await scene.pipeline.take(page, at: march(2))
        let number = try #require(try await scene.store.quarantined().first?.number)
        await #expect(throws: QuarantineDesk.Refusal.self) {
            try await release(number, desk(scene.store, GatewayScene.pilot))
        }
        #expect(try await release(number, desk(scene.store)) == ReadingTally(stored: 2))
        #expect(try await scene.store.lastReading(of: .beside)?.index == .litres(8))
    }

    private static let alarms = Path.ID("feed/alarms")

    private func alarm(_ state: String, meter: String) -> String {
        #"{"meter_id":"\#(meter)","code":"LEAK_2","state":"\#(state)","at":"\#(march(1))","alarms_raw":"B@@@@","#
            + #""delivered_at":"\#(march(1, seconds: 30))"}"#
    }

    /// A page of alarms, of which the last one is wrong.
    private func take(_ records: [String], _ scene: GatewayScene) async throws {
        let list = records.joined(separator: ",")
        let page = FeedDelivery(
            path: Self.alarms,
            resource: .alarms,
            asked: march(2),
            answered: march(2),
            body: Array(#"{"schema":"kyodo-kenshin/1.0","records":[\#(list)]}"#.utf8)
        )
        try await scene.pipeline.take(page, at: march(2))
    }

    @Test func `an alarm is taken once its meter is registered`()
        async throws
    {
        let scene = try await GatewayScene()
        try await take([alarm("START", meter: "TN-3"), alarm("START", meter: "TN-8")], scene)
        let number = try #require(try await scene.store.quarantined().first?.number)
        await #expect(throws: QuarantineDesk.Refusal.self) {
            try await release(number, desk(scene.store, GatewayScene.pilot))
        }
        #expect(try await scene.store.raisedAlarms().map(\.point) == [.fed])
        let released = try await desk(scene.store)
            .release(number, by: "sato", reason: "登録済み", at: march(3))
        #expect(released.alarms == 1 && released.readings == ReadingTally())
        #expect(Set(try await scene.store.raisedAlarms().map(\.point)) == [.fed, .beside])
        #expect(try await scene.store.quarantineCount() == 0)
        #expect(try await scene.store.auditLog().map(\.action) == ["release"])
        #expect(try await scene.store.verify().isEmpty)
        await #expect(throws: QuarantineDesk.Refusal.notWaiting(number)) {
            try await release(number, desk(scene.store))
        }
    }

    @Test func `an alarm that still makes no sense says why, wherever on its page it stood`() async throws {
        let scene = try await GatewayScene()
        try await take([alarm("START", meter: "TN-3"), alarm("PERHAPS", meter: "TN-3")], scene)
        let entry = try #require(try await scene.store.quarantined().first)
        #expect(entry.rejection.place == "record 1")
        let error = await #expect(throws: QuarantineDesk.Refusal.self) {
            try await release(entry.number, desk(scene.store))
        }
        guard case .stillRefused(entry.number, let rejection) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(rejection.field == "state" && rejection.found == "PERHAPS")
    }

    @Test func `what nobody kept can't be read again`() async throws {
        let store = try await GatewayScene().store
        let rejection = Rejection(place: "r.csv:2", field: "x", expected: "y", found: "z")
        try await store.quarantine([rejection], from: Path.ID("import"), file: "r.csv", at: march(2))
        let error = await #expect(throws: QuarantineDesk.Refusal.self) { try await release(1, desk(store)) }
        #expect(error == .notKept(1, path: Path.ID("import")))
        let missing = await #expect(throws: QuarantineDesk.Refusal.self) { try await release(9, desk(store)) }
        #expect(missing == .notWaiting(9))
    }

    private static let imported = """
        meter_id,timestamp,index_l,status,received_at
        M-1,2026-03-01T00:00:00+09:00,100,OK,
        TN-8,2026-03-01T00:00:00+09:00,7.5,ESTIMATED,
        M-1,2026-03-01T01:00:00+09:00,x,OK,
        M-1,2026-03-01T00:00:00+09:00,101,OK,
        """

    private func storeWithImport() async throws -> MeterStore {
        let store = try await GatewayScene().store
        _ = try await Importing(pilot: GatewayScene.pilot, store: store)
            .readings(Array(Self.imported.utf8), named: "a:b.csv", at: march(2))
        return store
    }

    @Test func `an imported row of a meter that has been registered since is taken with its own capture`()
        async throws
    {
        let store = try await storeWithImport()
        let places = try await store.quarantined().map {
            "\($0.number) \($0.rejection.place) \($0.rejection.field)"
        }
        #expect(Set(places) == ["1 a:b.csv:4 index_l", "2 a:b.csv:3 meter_id", "3 a:b.csv:5 index_l"])
        #expect(try await release(2, desk(store)) == ReadingTally(stored: 1))
        let reading = try #require(try await store.lastReading(of: .beside))
        #expect(
            reading == Reading(point: .beside, at: march(1), index: .millilitres(7_500), quality: .estimated)
        )
        let capture = try #require(try await store.capture(of: reading))
        let row = "TN-8,2026-03-01T00:00:00+09:00,7.5,ESTIMATED,"
        #expect(String(decoding: capture.bytes, as: UTF8.self).hasSuffix("received_at\n\(row)\n"))
        #expect(try await store.quarantined().map(\.number) == [1, 3])
        #expect(try await store.verify() == [])
        let error = await #expect(throws: QuarantineDesk.Refusal.self) { try await release(2, desk(store)) }
        #expect(error == .notWaiting(2))
    }

    @Test
    func `an imported row that is still wrong, or contradicts what is stored, waits on with its reason`()
        async throws
    {
        let store = try await storeWithImport()
        let wrong = await #expect(throws: QuarantineDesk.Refusal.self) { try await release(1, desk(store)) }
        guard case .stillRefused(1, let rejection) = wrong else {
            Issue.record("\(String(describing: wrong))")
            return
        }
        #expect((rejection.place, rejection.field, rejection.found) == ("a:b.csv:4", "index_l", "x"))
        let other = await #expect(throws: QuarantineDesk.Refusal.self) { try await release(3, desk(store)) }
        guard case .contradicts(3, _) = other else {
            Issue.record("\(String(describing: other))")
            return
        }
        let unknown = await #expect(throws: QuarantineDesk.Refusal.self) {
            try await release(2, desk(store, GatewayScene.pilot))
        }
        #expect(unknown?.description.contains("meter_id") == true)
        #expect(try await store.quarantineCount() == 3)
    }
}
