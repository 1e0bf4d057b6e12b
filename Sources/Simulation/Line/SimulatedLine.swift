import Acquisition
import Decoding
import Metering
import Synchronization

/// A simulated RS-485 line: real bytes over a pseudo-terminal, simulated devices at its other end.
///
/// Served in one of two ways: by the virtual clock of the line that asks (`Participant.lineClock`), on its thread and
/// without waiting, or in real time by `run()`. Answers that are right come from libmodbus; what a slave of libmodbus
/// can't send (a damaged, foreign or late frame) is written to the descriptor directly.
public final class SimulatedLine: Sendable {
    /// How long a device thinks before it answers.
    static let replyDelay = Duration.milliseconds(12)

    /// The device that the gateway opens.
    public var devicePath: String { terminal.path }

    let terminal: PseudoTerminal
    private let neighbourhood: Neighbourhood
    private let units: [UInt8: SimulatedUnit]
    private let faults: FaultPlan
    private let state: Mutex<State>

    private struct State: ~Copyable {
        let responder: ModbusResponder
        var random: SeededRandom
        var buffer: [UInt8] = []
        var late: [(due: Moment, frame: [UInt8])] = []
        var lastAsked: [UInt8: Moment] = [:]
        var record = LineRecord()
    }

    /// Opens the pseudo-terminal.
    ///
    /// - Parameters:
    ///   - units: the devices; addresses are 1...247, each once.
    ///   - neighbourhood: where their meters hang.
    ///   - name: the line's own stream of numbers.
    ///   - seed: the run's seed.
    ///   - faults: how often something goes wrong.
    ///   - link: a path that shall point to the device.
    /// - Throws: when the machine gives no pseudo-terminal, or the link cannot be made.
    public init(
        _ units: [SimulatedUnit],
        in neighbourhood: Neighbourhood,
        named name: String,
        seed: UInt64,
        faults: FaultPlan = .usual,
        linkedAt link: String? = nil
    ) throws(SimulationError) {
        let terminal = try PseudoTerminal(linkedAt: link)
        let responder = try ModbusResponder(descriptor: terminal.descriptor)
        self.terminal = terminal
        self.neighbourhood = neighbourhood
        self.units = Dictionary(units.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
        self.faults = faults
        state = Mutex(State(responder: responder, random: SeededRandom(seed: seed, stream: "\(name)/faults")))
    }

    /// What was asked and answered so far.
    public var record: LineRecord { state.withLock { $0.record } }

    /// When the next late answer is due.
    var nextLate: Moment? { state.withLock { $0.late.map(\.due).min() } }

    /// Reads what has come and answers it, as of `moment`.
    func pump(at moment: Moment) {
        deliverLate(at: moment)
        let bytes = terminal.read()
        state.withLock { state in
            state.buffer += bytes
            while let frame = RTURequest.take(from: &state.buffer) {
                guard let request = RTURequest(frame), let unit = units[request.unit] else {
                    state.record.ignored += 1
                    continue
                }
                answer(request, unit, at: moment, &state)
            }
        }
    }

    /// Puts late answers on the line whose time has come.
    func deliverLate(at moment: Moment) {
        state.withLock { state in
            guard !state.late.isEmpty else { return }
            for answer in state.late where answer.due <= moment { terminal.write(answer.frame) }
            state.late.removeAll { $0.due <= moment }
        }
    }

    /// Forgets the beginning of a frame that never came to its end.
    func forgetFragment() {
        state.withLock { $0.buffer = [] }
    }

    private func answer(
        _ request: RTURequest,
        _ unit: SimulatedUnit,
        at moment: Moment,
        _ state: inout State
    ) {
        let map = RegisterMap(unit: unit, neighbourhood: neighbourhood)
        let isAsleep = isAsleep(unit, at: moment, state.lastAsked[unit.address])
        state.lastAsked[unit.address] = moment
        let points = unit.channels.values.map(\.point)
        let isSilent = !points.isEmpty && points.allSatisfy { neighbourhood.isSilent($0, at: moment.instant) }
        let isDead = faults.dead?.contains(moment.instant) ?? false
        guard !isSilent, !isAsleep, !isDead else {
            let asked = indexes(in: request, unit, map)
            state.record.note(isSilent || isDead ? .silent : .asleep, asked, unit: unit.address, at: moment)
            return
        }
        switch block(for: request, in: map, at: moment) {
        case .failure(let refusal):
            state.record.refused += 1
            state.responder.refuse(request, refusal.code)
        case .success(let block):
            let fate = faults.fate(&state.random)
            send(fate, request, block, at: moment, &state)
            state.record.note(fate, indexes(in: request, unit, map), unit: unit.address, at: moment)
        }
    }

    /// Right answers come from libmodbus, all others are written as they are.
    private func send(
        _ fate: AnswerFate,
        _ request: RTURequest,
        _ block: RegisterBlock,
        at moment: Moment,
        _ state: inout State
    ) {
        guard fate != .intact else { return state.responder.reply(to: request, from: block) }
        let answer = FaultyAnswer(fate, to: request, from: block, &state.random)
        for frame in answer.frames {
            if frame.after == 0 {
                terminal.write(frame.bytes)
            } else {
                state.late.append((moment + .milliseconds(frame.after), frame.bytes))
            }
        }
    }

    private func isAsleep(_ unit: SimulatedUnit, at moment: Moment, _ last: Moment?) -> Bool {
        guard let idle = unit.idleSleepSeconds else { return false }
        guard let last else { return true }
        return moment - last > .seconds(idle)
    }

    private struct Refused: Error {
        let code: ModbusResponder.Refusal
    }

    private func block(
        for request: RTURequest,
        in map: RegisterMap,
        at moment: Moment
    ) -> Result<RegisterBlock, Refused> {
        guard let function = request.function else { return .failure(Refused(code: .illegalFunction)) }
        guard (1...(function.readsBits ? 2_000 : 125)).contains(request.count) else {
            return .failure(Refused(code: .illegalValue))
        }
        let blocks = map.blocks(at: moment.instant)
        guard let block = blocks.first(where: { $0.holds(function, request.addresses) }) else {
            return .failure(Refused(code: .illegalAddress))
        }
        guard request.count.isMultiple(of: block.multiple) else {
            return .failure(Refused(code: .illegalValue))
        }
        return .success(block)
    }

    /// The points whose whole index the request asks for.
    private func indexes(
        in request: RTURequest,
        _ unit: SimulatedUnit,
        _ map: RegisterMap
    ) -> [ServicePoint.ID] {
        unit.channels.sorted { $0.key < $1.key }.compactMap { channel, meter in
            let isAsked = map.indexAddresses(of: channel).contains { place in
                place.function == request.function
                    && request.start <= place.addresses.lowerBound
                    && place.addresses.upperBound <= request.addresses.upperBound
            }
            return isAsked ? meter.point : nil
        }
    }
}
