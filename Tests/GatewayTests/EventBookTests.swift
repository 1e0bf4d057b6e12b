import Metering
import Storage
import Testing

@testable import Gateway

struct EventBookTests {
    /// Three days of the fed meter, 24 L an hour from 4,999,100 L; at noon of the 2nd it shows 4,999,964 L.
    private func read() async throws -> GatewayScene {
        let scene = try await GatewayScene()
        let values = (0...72 as ClosedRange<Int64>).map { (march(1, hours: $0), 4_999_100 + $0 * 24) }
        try await scene.pipeline.take(GatewayScene.page(values, delivered: march(5)), at: march(5))
        return scene
    }

    private func book(_ scene: GatewayScene) -> EventBook {
        EventBook(pilot: GatewayScene.pilot, store: scene.store)
    }

    private func hand(_ cubicMetres: Int64, at: Instant) -> PointEvent {
        PointEvent(
            place: .point(.fed),
            kind: .handReading,
            at: at,
            index: .cubicMetres(cubicMetres),
            by: "kato",
            reason: "monthly"
        )
    }

    @Test(
        arguments: [
            (4_999, march(2, hours: 12), nil), (4_998, march(2, hours: 12), .below),
            (5_000, march(2, hours: 12), nil),
            (5_001, march(2, hours: 12), .above), (5_000, march(9), nil), (4_999, march(9), .below),
            (9_000, march(9), .above), (4_998, march(1, hours: -5), nil),
        ] as [(Int64, Instant, RecordedEvent.Hold?)]
    )
    func `a hand reading below the last index, or beyond the pipe, waits for a person`(
        cubicMetres: Int64,
        at: Instant,
        held: RecordedEvent.Hold?
    ) async throws {
        let scene = try await read()
        let outcome = try await book(scene).record(hand(cubicMetres, at: at), at: march(20))
        #expect(outcome.held == held && outcome.isNew)
        #expect(try await scene.store.readingCount() == 73, "it is no reading of the series")
        #expect(try await scene.store.events(of: .fed).map(\.held) == [held])
    }

    @Test func `after an exchange the new meter's opening index is what counts`() async throws {
        let scene = try await read()
        let exchange = MeterExchange(
            point: .fed,
            at: march(5),
            closing: .litres(5_000_900),
            opening: .litres(2_500),
            newMeter: Meter.ID("TN-4")
        )
        try await scene.store.record(exchange, by: "fitter", at: march(6))
        #expect(try await book(scene).record(hand(2, at: march(6)), at: march(20)).held == nil)
        #expect(try await book(scene).record(hand(1, at: march(7)), at: march(20)).held == .below)
    }

    @Test func `a dial that went round its end is not below`() async throws {
        let scene = try await GatewayScene()
        let values = (0...3 as ClosedRange<Int64>).map { (march(1, hours: $0), 9_999_990 + $0 * 3) }
        try await scene.pipeline.take(GatewayScene.page(values, delivered: march(2)), at: march(2))
        #expect(try await book(scene).record(hand(0, at: march(2)), at: march(20)).held == nil)
        #expect(try await book(scene).record(hand(9_999, at: march(3)), at: march(20)).held == nil)
    }

    @Test func `a hand reading is compared with the index at its instant`() async throws {
        let scene = try await read()
        for (number, event) in [
            hand(4_999, at: march(2, hours: 12)), hand(4_999, at: march(2, hours: 13, seconds: 1_800)),
            hand(5_002, at: march(2, hours: 14)), hand(4_996, at: march(3)), hand(5_000, at: march(9)),
        ].enumerated() {
            _ = try await book(scene).record(event, at: march(20, seconds: Int64(number)))
        }
        let comparisons = try await HandReadings(pilot: GatewayScene.pilot, store: scene.store).comparisons(
            of: .fed
        )
        #expect(comparisons.map(\.verdict) == [.same, .near, .differs, .differs, .unknown])
        #expect(
            comparisons.map(\.smart) == [
                .litres(4_999_964), .litres(5_000_000), .litres(5_000_012), .litres(5_000_252), nil,
            ]
        )
        #expect(comparisons.first?.difference == -.litres(964))
    }

    @Test func `what cannot be is refused in both languages with everything that is wrong`() async throws {
        let scene = try await read()
        let event = PointEvent(
            place: .point(.fed),
            kind: .open,
            at: march(21),
            until: march(20),
            by: "kato",
            reason: "moved in"
        )
        let refusal = await #expect(throws: ActRefusal.self) {
            _ = try await book(scene).record(event, at: march(20))
        }
        #expect(refusal?.english.split(separator: "\n").count == 2)
        #expect(refusal?.japanese.split(separator: "\n").count == 2)
        let unknown = PointEvent(
            place: .point(ServicePoint.ID("S-9")),
            kind: .open,
            at: march(1),
            by: "kato",
            reason: "moved in"
        )
        await #expect(throws: ActRefusal.self) {
            _ = try await book(scene).record(unknown, at: march(20))
        }
        #expect(try await scene.store.events() == [])
    }

    private static let file = """
        service_point,kind,at,by,reason,index_m3
        S-00003,開栓,2026/3/1 9:00,sato,moved in,
        S-00003,目視検針,2026-03-02T12:00,kato,monthly,1
        """

    @Test func `a file is taken once, in UTF-8 with a mark`() async throws {
        let scene = try await read()
        let bytes = [0xEF, 0xBB, 0xBF] + Array(EventBookTests.file.utf8)
        let first = try await book(scene).importFile(bytes, named: "e.csv", at: march(20))
        #expect(first == EventBook.FileOutcome(new: 2, known: 0, held: 1, rejections: []))
        let second = try await book(scene).importFile(bytes, named: "e.csv", at: march(21))
        #expect(second == EventBook.FileOutcome(new: 0, known: 2, held: 0, rejections: []))
    }

    @Test func `a file in CP932 says the same`() async throws {
        let scene = try await read()
        let text = EventBookTests.file.split(separator: "\n").prefix(2).joined(separator: "\r\n")
        let kind: [UInt8] = [0x8A, 0x4A, 0x90, 0xF0]
        let halves = text.split(separator: "開栓").map { Array($0.utf8) }
        let outcome = try await book(scene)
            .importFile(halves[0] + kind + halves[1], named: "e.csv", at: march(20))
        #expect(outcome.new == 1)
        #expect(try await scene.store.events(of: .fed).map(\.event.kind) == [.open])
    }

    @Test func `one bad row keeps nothing of its file, and every bad row is told in order`() async throws {
        let scene = try await read()
        let text =
            EventBookTests.file + "\nS-9,open,2026-03-01,sato,x,\nS-00003,shut,2026-03-01,sato,x,\n"
            + "S-00003,close,2027-03-01,sato,x,7\n"
        let outcome = try await book(scene).importFile(Array(text.utf8), named: "e.csv", at: march(20))
        #expect(
            outcome.rejections.map { "\($0.place) \($0.field)" } == [
                "e.csv:4 service_point", "e.csv:5 kind", "e.csv:6 at", "e.csv:6 index_m3",
            ]
        )
        #expect(try await scene.store.events() == [])
        let broken = try await book(scene).importFile([0x61, 0x0A, 0xFF], named: "e.csv", at: march(20))
        #expect(broken.rejections.map(\.place) == ["e.csv:2"])
    }

    @Test func `a hand readings file is one of its own`() async throws {
        let scene = try await read()
        let text = "service_point,at,index_m3,by\nS-00003,2026-03-02T12:00,4999,kato\n"
        let outcome = try await book(scene)
            .importFile(Array(text.utf8), named: "h.csv", isHandReadings: true, at: march(20))
        #expect((outcome.new, outcome.held) == (1, 0))
        #expect(try await scene.store.events(of: .fed).map(\.event.index) == [.cubicMetres(4_999)])
    }
}
