import Acquisition
import Decoding
import Testing

/// No answer but the right one is ever taken.
@Suite struct WrongAnswerTests {
    private static let right: [UInt8] = [0, 1, 2, 3]
    private static let wrong: [UInt8] = [9, 9, 9, 9]

    /// Bodies that are no answer to the question, under a right checksum or header.
    static let strangers: [(String, [UInt8])] = [
        ("another unit", Frames.body(wrong, unit: 8)),
        ("the broadcast address", Frames.body(wrong, unit: 0)),
        ("another function", Frames.body(wrong, function: 4)),
        ("too little", Frames.body([9, 9])),
        ("too much", Frames.body([9, 9, 9, 9, 9, 9])),
        ("an exception to another function", [Frames.unit, 0x84, 2]),
        ("the echo of a write", [Frames.unit, 0x06, 0, 0, 0, 1]),
    ]

    @Test(arguments: strangers)
    func `a frame that answers something else is refused and the next right one is taken`(
        _ name: String,
        _ body: [UInt8]
    ) async throws {
        let fixture = try LineFixture([.bytes(Frames.rtu(body)), .bytes(Frames.answer(Self.right))])
        #expect(await fixture.ask().code == .mismatch)
        #expect(await fixture.ask().value == Self.right)
    }

    @Test(arguments: strangers)
    func `a stranger over TCP is refused and the connection is closed`(
        _ name: String,
        _ body: [UInt8]
    ) async throws {
        let fixture = try LineFixture(
            over: { .tcp(host: "127.0.0.1", port: $0) },
            [.bytes(Frames.tcp(body)), .bytes(Frames.tcp(Frames.body(Self.right)))]
        )
        #expect(await fixture.ask().code == .mismatch)
        #expect(await fixture.ask().value == Self.right)
        #expect(fixture.script.connections == 2)
    }

    @Test(arguments: [
        ("another transaction", Frames.tcp(Frames.body(wrong), transaction: 5), BusError.Code.mismatch),
        ("another protocol", [0, 0, 1, 0, 0, 7] + Frames.body(wrong), .damaged),
        ("another length", [0, 0, 0, 0, 0, 9] + Frames.body(wrong), .damaged),
    ])
    func `a foreign header over TCP is refused`(_ name: String, _ frame: [UInt8], _ code: BusError.Code)
        async throws
    {
        let fixture = try LineFixture(over: { .tcp(host: "127.0.0.1", port: $0) }, [.bytes(frame)])
        #expect(await fixture.ask().code == code)
    }

    @Test(arguments: [
        ("a broken checksum", Frames.damaged(Frames.answer(wrong))),
        ("half a frame", Array(Frames.answer(wrong).prefix(5))),
        ("one byte", [Frames.unit]),
        ("a frame longer than any may be", [Frames.unit, 3, 255] + [UInt8](repeating: 9, count: 257)),
    ])
    func `a damaged frame is refused and the next right one is taken`(
        _ name: String,
        _ frame: [UInt8]
    ) async throws {
        let fixture = try LineFixture([.bytes(frame), .bytes(Frames.answer(Self.right))])
        #expect(await fixture.ask().code == .damaged)
        #expect(await fixture.ask().value == Self.right)
    }

    @Test(arguments: [1, 2, 4, 11] as [UInt8])
    func `a refusal is told with its code`(_ exception: UInt8) async throws {
        let frame = Frames.rtu([Frames.unit, 0x83, exception])
        let fixture = try LineFixture([.bytes(frame), .bytes(Frames.answer(Self.right))])
        #expect(await fixture.ask().code == .exception(exception))
        #expect(await fixture.ask().value == Self.right)
    }

    @Test func `silence is told after the time-out`() async throws {
        let fixture = try LineFixture([.nothing])
        let before = fixture.script.now()
        #expect(await fixture.ask().code == .timeout)
        #expect(fixture.script.now() - before >= .milliseconds(1_000))
        #expect(fixture.script.now() - before < .milliseconds(1_100))
    }

    @Test func `a model may ask for a longer time-out than the line's`() async throws {
        var manners = LinkManners()
        manners.responseTimeoutMilliseconds = 3_000
        let fixture = try LineFixture([.late(Frames.answer(Self.right), after: .milliseconds(2_900))])
        #expect(await fixture.ask(Frames.request, manners).value == Self.right)
    }

    @Test(arguments: [1_001, 1_500, 1_990])
    func `a late answer is never taken for the answer to the next question`(_ milliseconds: Int) async throws
    {
        let late = Frames.answer(Self.wrong)
        let fixture = try LineFixture([.late(late, after: .milliseconds(milliseconds)), .nothing])
        #expect(await fixture.ask().code == .timeout)
        fixture.script.append(.bytes(Frames.answer(Self.right)))
        #expect(await fixture.ask(Frames.otherRequest).code == .timeout, "the script was silent once more")
        #expect(await fixture.ask(Frames.otherRequest).value == Self.right)
    }

    @Test func `a late answer over TCP is told by its transaction`() async throws {
        let fixture = try LineFixture(
            over: { .tcp(host: "127.0.0.1", port: $0) },
            [
                .late(Frames.tcp(Frames.body(Self.wrong)), after: .milliseconds(1_010)),
                .bytes(Frames.tcp(Frames.body(Self.right))),
            ]
        )
        #expect(await fixture.ask().code == .timeout)
        #expect(await fixture.ask(Frames.otherRequest).value == Self.right)
        #expect(fixture.script.connections == 1)
    }

    @Test func `bytes that wait before a question are thrown away`() async throws {
        let fixture = try LineFixture([
            .bytes(Frames.answer(Self.right)), .bytes(Frames.answer([4, 5, 6, 7])),
        ])
        #expect(await fixture.ask().value == Self.right)
        fixture.script.babble(Frames.answer(Self.wrong))
        #expect(await fixture.ask(Frames.otherRequest).value == [4, 5, 6, 7])
    }
}
