import Acquisition
import Decoding
import Logging
import Metering
import Testing

@testable import Simulation

struct SimulatedLineTests {
    @Test func `a master reads a pulse module's counts over the pseudo-terminal`() async throws {
        let bench = try Bench()
        let data = try await bench.read(.inputRegisters, 60, 6, unit: 11)
        for (channel, point) in ["S-0001", "S-0002", "S-0003"].enumerated() {
            let id = ServicePoint.ID(point)
            let counts = number(data, at: 4 * channel, bytes: 4)
            let dial = Volume.litres(1_234_567) + .litres(counts)
            #expect(dial == bench.neighbourhood.register(of: id, at: bench.participant.now()))
        }
    }

    @Test func `a water counter adds its offset to its volume`() async throws {
        let bench = try Bench()
        let volume = try await bench.read(.inputRegisters, 1_068, 4, unit: 12)
        let pulses = try await bench.read(.inputRegisters, 1_062, 2, unit: 12)
        let worth = try await bench.read(.holdingRegisters, 1_066, 1, unit: 12)
        let offset = try await bench.read(.holdingRegisters, 1_076, 4, unit: 12)
        let dial = bench.neighbourhood.register(
            of: ServicePoint.ID("S-0006"),
            at: bench.participant.now()
        )
        #expect(number(worth, at: 0, bytes: 2) == 10)
        #expect(number(offset, at: 0, bytes: 8) == 1_234_560)
        #expect(number(pulses, at: 0, bytes: 4) * 10 + 1_234_560 == number(volume, at: 0, bytes: 8))
        #expect(.litres(number(volume, at: 0, bytes: 8)) == dial)
    }

    @Test func `an ultrasonic meter gives its low word first, and its unit far away`() async throws {
        let bench = try Bench()
        let total = try await bench.read(.holdingRegisters, 8, 4, unit: 21)
        let low = number(total, at: 0, bytes: 2)
        let high = number(total, at: 2, bytes: 2)
        let unit = try await bench.read(.holdingRegisters, 1_436, 4, unit: 21)
        let dial = bench.neighbourhood.register(
            of: ServicePoint.ID("S-0007"),
            at: bench.participant.now()
        )
        #expect(.litres(high << 16 | low) == dial)
        #expect(unit == [0, 2, 0, 0, 0, 0, 0, 0])
        let serial = try await bench.read(.holdingRegisters, 1_528, 2, unit: 21)
        #expect(serial == [0x42, 0x60, 0x00, 0x21])
    }

    @Test func `a sleeping meter loses the first request and answers the second`() async throws {
        let bench = try Bench()
        let request = ReadRequest(function: .holdingRegisters, address: 12_002, count: 2)
        await #expect(throws: BusError.self) {
            try await bench.bus.exchange(Question(request, of: 31))
        }
        // The first answer could still come; the next question is one of another length.
        let wider = ReadRequest(function: .holdingRegisters, address: 12_002, count: 4)
        let question = Question(request, of: 31, alternatives: [wider])
        let data = try await bench.bus.exchange(question).data
        let dial = bench.neighbourhood.register(
            of: ServicePoint.ID("S-0008"),
            at: bench.participant.now()
        )
        #expect(.litres(number(data, at: 0, bytes: 4)) == dial)
        #expect(bench.line.record.counts == [.asleep: 1, .intact: 1])
    }

    @Test(
        arguments: [
            (.inputRegisters, 76, 2, 11), (.inputRegisters, 70, 8, 11), (.inputRegisters, 1_064, 8, 12),
            (.holdingRegisters, 60, 2, 11), (.holdingRegisters, 1_300, 2, 21), (.coils, 100, 1, 12),
        ] as [(ReadFunction, UInt16, UInt16, UInt8)]
    )
    func `an address that the map does not have is refused`(
        function: ReadFunction,
        address: UInt16,
        count: UInt16,
        unit: UInt8
    ) async throws {
        let bench = try Bench()
        let error = await #expect(throws: BusError.self) {
            try await bench.bus.exchange(
                Question(
                    ReadRequest(function: function, address: address, count: count),
                    of: unit,
                    manners: LinkManners()
                )
            )
        }
        #expect(error?.code == .exception(2))
        #expect(bench.line.record.refused == 1)
    }

    @Test func `writes are refused, broken frames and strangers ignored`() async throws {
        let bench = try Bench()
        let writes: [[UInt8]] = [
            [11, 6, 0, 60, 0, 0], [11, 5, 0, 10, 255, 0], [11, 16, 0, 60, 0, 1, 2, 0, 0],
            [11, 15, 0, 10, 0, 1, 1, 1],
        ]
        let gateway = try #require(bench.device)
        for write in writes {
            gateway.write(RTUFrame.closed(write))
            bench.line.pump(at: bench.participant.moment())
            #expect(gateway.read() == RTUFrame.closed([11, write[1] | 0x80, 1]))
        }
        gateway.write([11, 4, 0, 60, 0, 2, 1, 2])
        gateway.write(RTUFrame.closed([99, 4, 0, 60, 0, 2]))
        bench.line.pump(at: bench.participant.moment())
        #expect(gateway.read() == [])
        #expect(bench.line.record.refused == 4)
        #expect(bench.line.record.ignored == 2)
    }

    @Test(arguments: [AnswerFate.lost, .damaged, .foreign, .late, .truncated, .misfit, .scrambled])
    func `a planned fault is no answer that fits, is counted, and the next one is right`(
        fate: AnswerFate
    ) async throws {
        let bench = try Bench(faults: .always(fate))
        let request = ReadRequest(function: .inputRegisters, address: 60, count: 2)
        await #expect(throws: BusError.self) {
            try await bench.bus.exchange(Question(request, of: 11, manners: LinkManners()))
        }
        let answers = bench.line.record.indexAnswers
        #expect(answers.map(\.fate) == [fate])
        #expect(answers.map(\.point.rawValue) == ["S-0001"])
    }

    @Test func `a silent unit costs its time-out in virtual time`() async throws {
        let neighbourhood = Neighbourhood(
            [Sample.place(8, "vacant", reach: .wired(hasUnitOfItsOwn: true))],
            span: Sample.span(days: 10),
            seed: 1
        )
        let silence = try #require(neighbourhood.truth.events.first { $0.kind == .silence })
        let bench = try Bench(neighbourhood, at: silence.from)
        let before = bench.participant.now()
        for count in 1...50 {
            let request = ReadRequest(function: .holdingRegisters, address: 12_002, count: UInt16(count))
            await #expect(throws: BusError.self) {
                try await bench.bus.exchange(Question(request, of: 31))
            }
        }
        let virtual = bench.participant.now() - before
        #expect(virtual >= 50)
        #expect(bench.line.record.counts == [.silent: 50])
    }

    @Test func `served in real time, a line answers whoever opens its device, and ends with its task`()
        async throws
    {
        let bench = try Bench()
        let master = ModbusLine(
            LineSettings(
                id: Path.ID("live"),
                transport: .serial(SerialSettings(device: bench.line.devicePath))
            ),
            clock: SystemLineClock(),
            logger: Logger(label: "live")
        )
        let data = try await whileServing(bench.line.run) {
            try await master.exchange(
                Question(
                    ReadRequest(function: .inputRegisters, address: 270, count: 2),
                    of: 11,
                    manners: LinkManners()
                )
            ).data
        }
        #expect(number(data, at: 0, bytes: 4) == 42_600_011)
        #expect(bench.line.record.counts == [.intact: 1])
    }

    @Test func `a link leads to the device and goes with the line`() throws {
        let link = "/tmp/simulated-line-\(UInt64.random(in: 0...UInt64.max))"
        do {
            let line = try SimulatedLine(
                [],
                in: Sample.quiet([]),
                named: "linked",
                seed: 1,
                linkedAt: link
            )
            #expect(RawDevice(path: link) != nil)
            #expect(line.devicePath.hasPrefix("/dev/pts/"))
        }
        #expect(RawDevice(path: link) == nil)
        #expect(throws: SimulationError.self) {
            try SimulatedLine([], in: Sample.quiet([]), named: "x", seed: 1, linkedAt: "/no/such/folder/x")
        }
    }

    @Test func `ten thousand requests in a row are all seen and answered`() async throws {
        let bench = try Bench()
        let request = ReadRequest(function: .inputRegisters, address: 60, count: 6)
        for _ in 0..<10_000 {
            _ = try await bench.bus.exchange(Question(request, of: 11, manners: LinkManners()))
        }
        #expect(bench.line.record.counts == [.intact: 10_000])
        #expect(bench.line.record.indexAnswers.count == 30_000)
    }

    private func number(_ bytes: [UInt8], at start: Int, bytes count: Int) -> Int64 {
        bytes[start..<start + count].reduce(0) { $0 << 8 | Int64($1) }
    }
}

/// A line with one unit of each kind, and a master on it that lives by virtual time.
private struct Bench {
    let neighbourhood: Neighbourhood
    let line: SimulatedLine
    let participant: Participant
    let bus: ModbusLine

    init(
        _ neighbourhood: Neighbourhood = Sample.quiet(Bench.places),
        at instant: Instant = Sample.start + 100_000,
        faults: FaultPlan = .none
    ) throws {
        self.neighbourhood = neighbourhood
        let known = Set(neighbourhood.installations.map(\.point.id))
        line = try SimulatedLine(
            Bench.units.filter { $0.channels.values.allSatisfy { known.contains($0.point) } },
            in: neighbourhood,
            named: "bench",
            seed: 1,
            faults: faults
        )
        participant = VirtualTime(startingAt: instant).participant(named: "bench")
        bus = ModbusLine(
            LineSettings(
                id: Path.ID("bench"),
                transport: .serial(SerialSettings(device: line.devicePath))
            ),
            clock: participant.lineClock(for: line),
            logger: Logger(label: "bench")
        )
    }

    func read(
        _ function: ReadFunction,
        _ address: UInt16,
        _ count: UInt16,
        unit: UInt8
    ) async throws -> [UInt8] {
        try await bus.exchange(
            Question(
                ReadRequest(function: function, address: address, count: count),
                of: unit,
                manners: LinkManners()
            )
        ).data
    }

    /// The gateway's end without libmodbus, for frames that it would never send.
    var device: RawDevice? { RawDevice(path: line.devicePath) }

    private static let places =
        Array(Sample.places[..<5])
        + [
            Sample.place(
                6,
                reach: .wired(hasUnitOfItsOwn: true),
                resolution: .litres(10),
                offset: .litres(1_234_560)
            )
        ]
        + Array(Sample.places[6...7])

    private static let units = [
        SimulatedUnit(
            address: 11,
            model: .pulseCounter,
            channels: Dictionary(
                uniqueKeysWithValues: (1...3).map {
                    ($0, channel($0, offset: .litres(1_234_567)))
                }
            )
        ),
        SimulatedUnit(
            address: 12,
            model: .waterCounter,
            channels: [1: channel(6, perCount: .litres(10), offset: .litres(1_234_560))]
        ),
        SimulatedUnit(address: 21, model: .ultrasonic, channels: [1: channel(7)]),
        SimulatedUnit(address: 31, model: .magnetic, channels: [1: channel(8)]),
    ]

    private static func channel(
        _ number: Int,
        perCount: Volume = .litres(1),
        offset: Volume = .zero
    ) -> SimulatedChannel {
        SimulatedChannel(point: Sample.point(number).id, perCount: perCount, dialOffset: offset)
    }
}
