import Acquisition
import Decoding
import Foundation
import Logging
import Metering
import Synchronization
import Testing

@testable import Simulation

/// A line on which everything goes wrong that can, and no wrong value ever comes out.
///
/// Wrong is a value that the unit did not hold between the request and the whole answer. The counters count
/// millilitres, so that they move with every second.
@Suite struct FaultStormTests {
    /// Ten thousand, or as many as `MIZUMORI_STORM` says.
    private static let exchanges =
        ProcessInfo.processInfo.environment["MIZUMORI_STORM"].flatMap { Int($0) } ?? 10_000

    @Test(arguments: [(UInt64(1), 500), (2, 2_400)])
    func `no wrong value is ever taken, and right ones are`(seed: UInt64, faults: Int) async throws {
        let storm = try Storm(seed: seed, faults: .evenly(faults))
        let result = try await storm.run(FaultStormTests.exchanges)
        print("seed \(seed), \(faults) of 10,000 answers faulty: \(result)")
        #expect(result.wrong == [])
        #expect(result.taken * 1_000 >= result.undamaged * 990, "at least 99 % of the undamaged answers")
    }

    @Test func `random data under an old checksum pass no more often than 16 bits let them`() async throws {
        var plan = FaultPlan()
        plan.scrambled = 5_000
        let storm = try Storm(seed: 3, faults: plan)
        let result = try await storm.run(4_000)
        // 2,000 of them: one passes in every thirty-third run.
        #expect(result.wrong.count <= 2)
        #expect(result.taken >= 1_900)
    }

    @Test func `at five faults in a hundred the indexes of the hours come, and come in time`() async throws {
        let hours = 240
        let storm = try Storm(seed: 5, faults: .evenly(500))
        let slots = try await storm.poll(hours: hours)
        let wanted = storm.units.count * hours
        print("\(slots.count) of \(wanted) slots, latest \(slots.values.max() ?? 0) s after the hour")
        #expect(slots.count * 1_000 >= wanted * 995)
        #expect(slots.values.filter { $0 <= 60 }.count * 1_000 >= wanted * 995)
    }
}

/// Six pulse modules on one line, and a master that lives by virtual time.
private struct Storm {
    struct Result: CustomStringConvertible {
        var asked = 0
        var taken = 0
        var undamaged = 0
        var wrong: [String] = []

        var description: String {
            "\(asked) asked, \(undamaged) undamaged, \(taken) taken, \(wrong.count) wrong"
        }
    }

    let neighbourhood: Neighbourhood
    let line: SimulatedLine
    let time: VirtualTime
    let participant: Participant
    let bus: ModbusLine
    let units: [UInt8] = [11, 12, 13, 14, 15, 16]
    private let random: Dice

    init(seed: UInt64, faults: FaultPlan) throws {
        neighbourhood = Sample.quiet(Storm.places, seed: seed)
        let simulated = units.enumerated().map { place, unit in
            SimulatedUnit(
                address: unit,
                model: .pulseCounter,
                channels: [
                    1: SimulatedChannel(point: Storm.places[place].point.id, perCount: .millilitres(1))
                ]
            )
        }
        line = try SimulatedLine(simulated, in: neighbourhood, named: "storm", seed: seed, faults: faults)
        time = VirtualTime(startingAt: Sample.start + 8 * 3_600)
        participant = time.participant(named: "storm")
        bus = ModbusLine(
            LineSettings(
                id: Path.ID("storm"),
                transport: .serial(SerialSettings(device: line.devicePath))
            ),
            clock: participant.lineClock(for: line),
            logger: Logger(label: "storm") { _ in SwiftLogNoOpLogHandler() }
        )
        random = Dice(SeededRandom(seed: seed, stream: "storm"))
    }

    /// Asks units in random order and with random pauses, as polls, people and searches would.
    func run(_ exchanges: Int) async throws -> Result {
        var result = Result()
        while result.asked < exchanges {
            let (unit, wait, isWide) = random.throwing { random in
                (
                    units[random.integer(in: 0...units.count - 1)],
                    random.integer(in: 0...(random.integer(in: 0...4) == 0 ? 20_000 : 400)),
                    random.integer(in: 0...9) == 0
                )
            }
            participant.advance(by: Int64(wait) * 1_000)
            let index = ReadRequest(function: .inputRegisters, address: 60, count: 2)
            let question = Question(
                isWide ? ReadRequest(function: .inputRegisters, address: 270, count: 2) : index,
                of: unit,
                alternatives: isWide
                    ? [] : [3, 4, 5].map { ReadRequest(function: .inputRegisters, address: 60, count: $0) }
            )
            await ask(question, isIndex: !isWide, &result)
        }
        result.undamaged = line.record.counts[.intact] ?? 0
        return result
    }

    private func ask(_ question: Question, isIndex: Bool, _ result: inout Result) async {
        while true {
            do throws(BusError) {
                let exchange = try await bus.exchange(question)
                result.asked += 1
                result.taken += 1
                if let wrong = wrong(exchange, of: question.unit, isIndex: isIndex) {
                    result.wrong.append(wrong)
                }
                return
            } catch {
                guard case .owed(let wait) = error.code else {
                    result.asked += 1
                    return
                }
                participant.advance(by: wait.microseconds)
                line.deliverLate(at: participant.moment())
            }
        }
    }

    /// What is wrong with an answer; nil for nothing.
    private func wrong(_ exchange: Exchange, of unit: UInt8, isIndex: Bool) -> String? {
        let value = exchange.data.prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard isIndex else {
            return value == 42_600_000 + Int64(unit) ? nil : "unit \(unit): serial \(value)"
        }
        let held = counts(of: unit, at: exchange.asked)...counts(of: unit, at: exchange.answered)
        return held.contains(value) ? nil : "unit \(unit): \(value) is not in \(held)"
    }

    private func counts(of unit: UInt8, at moment: Moment) -> Int64 {
        let place = Int(unit) - 11
        return neighbourhood.counted(of: Storm.places[place].point.id, at: moment.instant).millilitres
            % (1 << 32)
    }

    /// Polls each hour for so many hours.
    ///
    /// - Returns: the seconds after the hour at which each slot (unit, hour) was filled first.
    func poll(hours: Int) async throws -> [String: Int64] {
        let slots = Mutex<[String: Int64]>([:])
        let roster = PollRoster(
            version: 1,
            units: units.map {
                PolledUnit(unit: $0, model: Storm.model, channels: [1], interval: .seconds(3_600))
            }
        )
        let settings = LineSettings(
            id: Path.ID("storm"),
            transport: .serial(SerialSettings(device: line.devicePath))
        )
        let polling = LinePolling(
            settings,
            over: LineQueue(bus),
            roster: { roster },
            clock: participant.clock,
            now: participant.moment,
            deliver: { answer in
                guard let at = answer.exchanges.last?.answered.instant.secondsSince1970 else { return .done }
                slots.withLock { slots in
                    let key = "\(answer.unit) \(at / 3_600)"
                    slots[key] = min(slots[key] ?? .max, at % 3_600)
                }
                return .done
            },
            roundEnded: { _ in },
            logger: Logger(label: "storm") { _ in SwiftLogNoOpLogHandler() }
        )
        let end = participant.now() + Int64(hours) * 3_600
        try await withThrowingTaskGroup(of: Void.self) { group in
            let service = participant.hosting(polling)
            group.addTask { try await service.run() }
            await time.run(until: end)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        return slots.withLock { $0 }
    }

    /// Houses with many flats, where water runs all day.
    private static let places = (1...6).map {
        Sample.place($0, "apartment_master", calibre: 40, reach: .wired(hasUnitOfItsOwn: false))
    }

    private static let model = MeterProfile(
        id: MeterProfile.ID("storm"),
        title: "storm",
        sources: [],
        fields: [
            "counts": field("counts", 60), "beside": field("beside", 62), "serial": field("serial", 270),
        ],
        channels: [
            1: MeterChannel(index: VolumeExpression(terms: [VolumeExpression.Term("counts")], unit: .site))
        ],
        identity: [IdentityCheck(field: "serial")],
        serial: "serial"
    )

    private static func field(_ name: String, _ address: UInt16) -> RegisterField {
        RegisterField(name: name, function: .inputRegisters, address: address, type: .uint32)
    }
}

/// One stream of numbers for everybody who holds it.
private final class Dice: Sendable {
    private let random: Mutex<SeededRandom>

    init(_ random: SeededRandom) {
        self.random = Mutex(random)
    }

    func throwing<Value>(_ body: (inout SeededRandom) -> Value) -> Value {
        random.withLock { body(&$0) }
    }
}
