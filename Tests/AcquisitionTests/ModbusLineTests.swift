import Acquisition
import Decoding
import Glibc
import Testing

@Suite struct ModbusLineTests {
    private static let data: [UInt8] = [0, 1, 2, 3]
    private static let answer = Frames.answer(data)

    @Test func `an exchange keeps both frames as they went over the wire`() async throws {
        let fixture = try LineFixture([.bytes(Self.answer)])
        let exchange = try await fixture.line.exchange(
            Question(Frames.request, of: Frames.unit, manners: LinkManners())
        )
        #expect(exchange.request == fixture.script.requests.first)
        #expect(exchange.reply == Self.answer)
        #expect(exchange.data == Self.data)
        #expect(exchange.asked < exchange.answered)
    }

    @Test func `an exchange over TCP keeps its headers`() async throws {
        let frame = Frames.tcp(Frames.body(Self.data))
        let fixture = try LineFixture(over: { .tcp(host: "127.0.0.1", port: $0) }, [.bytes(frame)])
        let exchange = try await fixture.line.exchange(
            Question(Frames.request, of: Frames.unit, manners: LinkManners())
        )
        #expect(exchange.request == fixture.script.requests.first)
        #expect(exchange.reply == Array(exchange.request.prefix(2)) + frame.dropFirst(2))
    }

    @Test func `RTU over TCP carries frames with their checksum`() async throws {
        let fixture = try LineFixture(
            over: { .rtuOverTCP(host: "127.0.0.1", port: $0) },
            [.bytes(Frames.damaged(Self.answer)), .bytes(Self.answer)]
        )
        #expect(await fixture.ask().code == .damaged)
        #expect(await fixture.ask().value == Self.data)
        #expect(fixture.script.requests.last == Frame.rtuRequest(Frames.request, unit: Frames.unit))
    }

    @Test func `a checksum is that of the maker's own example`() {
        #expect(RTUChecksum.of([0x01, 0x03, 0x00, 0x00, 0x00, 0x0A]) == [0xC5, 0xCD])
    }

    @Test(arguments: [0, 20, 800])
    func `silence parts two frames by 3.5 characters and the unit's turn-around`(_ turnaround: Int)
        async throws
    {
        var manners = LinkManners()
        manners.turnaroundMilliseconds = turnaround
        let fixture = try LineFixture([.bytes(Self.answer), .bytes(Self.answer)])
        let first = try await fixture.line.exchange(
            Question(Frames.request, of: Frames.unit, manners: manners)
        )
        let second = try await fixture.line.exchange(
            Question(Frames.request, of: Frames.unit, manners: manners)
        )
        #expect(second.asked - first.answered >= max(.milliseconds(turnaround), .microseconds(3_640)))
        #expect(second.asked - first.answered <= max(.milliseconds(turnaround), .microseconds(3_650)))
    }

    @Test func `a meter that slept is asked again at once`() async throws {
        var manners = LinkManners()
        manners.wakeupRetries = 1
        manners.turnaroundMilliseconds = 800
        let fixture = try LineFixture([.nothing, .bytes(Self.answer)])
        #expect(await fixture.ask(Frames.request, manners).value == Self.data)
        let asked = fixture.script.askedAt
        // 1 s time-out, then the retry within a second (AquaMaster 3).
        #expect(asked.count == 2 && asked[1] - asked[0] < .milliseconds(2_000))
    }

    @Test func `an answer that a sleeper still owes is waited out before the next question`() async throws {
        var manners = LinkManners()
        manners.wakeupRetries = 1
        let fixture = try LineFixture([
            .late(Frames.answer([9, 9, 9, 9]), after: .milliseconds(1_400)),
            .bytes(Self.answer), .bytes(Frames.answer([4, 5, 6, 7])),
        ])
        #expect(await fixture.ask(Frames.request, manners).value == Self.data)
        #expect(await fixture.ask(Frames.otherRequest, manners).value == [4, 5, 6, 7])
    }

    @Test func `a silent unit costs one question and as many as it may need to wake`() async throws {
        var manners = LinkManners()
        manners.wakeupRetries = 2
        let fixture = try LineFixture()
        #expect(await fixture.ask(Frames.request, manners).code == .timeout)
        #expect(fixture.script.requests.count == 3)
    }

    @Test func `a line that never becomes quiet is given up without a question`() async throws {
        let fixture = try LineFixture([])
        for pulse in 0...400 { fixture.script.schedule([1], after: .milliseconds(pulse)) }
        #expect(await fixture.ask().code == .damaged)
        #expect(fixture.script.requests.isEmpty)
    }

    @Test func `a device that somebody holds is refused until it is let go`() async throws {
        let fixture = try LineFixture([.bytes(Self.answer)])
        let rival = open(fixture.device, O_RDWR | O_NOCTTY)
        #expect(flock(rival, LOCK_EX | LOCK_NB) == 0)
        #expect(await fixture.ask().code == .taken)
        close(rival)
        fixture.script.setTime(by: .seconds(2))
        #expect(await fixture.ask().value == Self.data)
    }

    @Test func `a device that we use is locked against others and let go at the end`() async throws {
        let end = try TerminalEnd(link: "/tmp/mizumori-lock-\(getpid())")
        let device = end.link
        let script = ScriptedLine(end, script: [.bytes(Self.answer)])
        let settings = LineSettings(id: "line", transport: .serial(SerialSettings(device: device)))
        var line: ModbusLine? = LineFixture.owner(settings, script)
        _ = try await line?.exchange(Question(Frames.request, of: Frames.unit))
        #expect(LineFixture.canLock(device) == false)
        line = nil
        // The line closes on its own thread.
        for _ in 0..<100_000 where !LineFixture.canLock(device) { await Task.yield() }
        #expect(LineFixture.canLock(device) == true)
    }

    @Test func `a lost line is tried again after 1, 2, 4 and at most 60 seconds`() async throws {
        let settings = LineSettings(
            id: "line",
            transport: .serial(SerialSettings(device: "/tmp/mizumori-no-such-device"))
        )
        let script = ScriptedLine(try SocketEnd())
        let line = LineFixture.owner(settings, script)
        var tries: [Int] = []
        for second in 0..<400 {
            let message = await LineFixture.failure(of: line)
            if !message.contains("not tried again yet") { tries.append(second) }
            script.setTime(by: .seconds(1))
        }
        #expect(tries == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363])
    }

    @Test func `an adapter that was pulled out works again when it is back`() async throws {
        let fixture = try LineFixture([.bytes(Self.answer), .bytes(Self.answer)])
        #expect(await fixture.ask().value == Self.data)
        fixture.script.hangUp()
        #expect(await fixture.ask().code == .unreachable)
        try fixture.script.plugIn()
        fixture.script.setTime(by: .seconds(60))
        #expect(await fixture.ask().value == Self.data)
    }

    @Test func `a host that closed an idle connection is connected to again`() async throws {
        let frame = Frames.tcp(Frames.body(Self.data))
        let fixture = try LineFixture(
            over: { .tcp(host: "127.0.0.1", port: $0) },
            [.bytes(frame), .bytes(frame)]
        )
        #expect(await fixture.ask().value == Self.data)
        fixture.script.hangUp()
        #expect(await fixture.ask().value == Self.data)
        #expect(fixture.script.connections == 2)
    }

    @Test func `a host that hangs up on a question is asked once more over a new connection`() async throws {
        let frame = Frames.tcp(Frames.body(Self.data))
        let fixture = try LineFixture(
            over: { .tcp(host: "127.0.0.1", port: $0) },
            [.bytes(frame), .hangUp, .bytes(frame), .hangUp, .hangUp]
        )
        #expect(await fixture.ask().value == Self.data)
        #expect(await fixture.ask().value == Self.data)
        #expect(await fixture.ask().code == .unreachable)
        #expect(fixture.script.requests.count == 5)
    }

    @Test func `setting the machine's time back stalls nothing`() async throws {
        let fixture = try LineFixture([.bytes(Self.answer), .nothing, .bytes(Self.answer)])
        #expect(await fixture.ask().value == Self.data)
        fixture.script.setTime(by: .seconds(-86_400))
        #expect(await fixture.ask().code == .timeout)
        fixture.script.setTime(by: .seconds(-86_400))
        #expect(await fixture.ask().value == Self.data)
        #expect(fixture.script.longestPause < .milliseconds(100))
    }

    @Test func `bits are read like registers`() async throws {
        let request = ReadRequest(function: .coils, address: 3, count: 9)
        let frame = Frames.rtu(Frames.body([0b1010_0101, 1], function: 1))
        let fixture = try LineFixture([.bytes(frame)])
        #expect(await fixture.ask(request).value == [0b1010_0101, 1])
    }
}
