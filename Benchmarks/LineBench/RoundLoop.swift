import Acquisition
import Decoding
import Metering
import Synchronization

/// The polling service on one line, in rounds that follow each other without a pause.
struct RoundLoop {
    /// Much shorter than any round: the next begins at the first point of this grid after one has ended.
    private static let interval = Duration.milliseconds(1)

    private let settings: LineSettings
    private let roster: PollRoster

    init(_ settings: LineSettings, units: [UInt8]) {
        self.settings = settings
        roster = PollRoster(
            version: 1,
            units: units.map { unit in
                PolledUnit(unit: unit, model: .bench, channels: [1], interval: RoundLoop.interval)
            }
        )
    }

    /// - Parameters:
    ///   - warmUp: how long rounds are not counted: time-outs are learned, and the budget for failures is spent.
    ///   - measured: how long they are counted then.
    /// - Returns: how long a round took.
    /// - Throws: `BenchError` when there were too few.
    func run(warmUp: Duration, for measured: Duration) async throws -> RoundTimes {
        let diary = RoundDiary()
        let clock = SystemLineClock()
        let polling = LinePolling(
            settings,
            over: LineQueue(ModbusLine(settings, clock: clock, logger: .silent)),
            roster: { [roster] in roster },
            clock: ContinuousClock(),
            now: { clock.now() },
            deliver: { _ in .done },
            roundEnded: { report in diary.note(report) },
            logger: .silent
        )
        let counted = ContinuousClock.now + warmUp
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await polling.run() }
            try await Task.sleep(for: warmUp + measured)
            group.cancelAll()
            try await group.waitForAll()
        }
        return try RoundTimes(diary.rounds.filter { $0.ended >= counted })
    }
}

/// One round that ended.
private struct EndedRound {
    let ended: ContinuousClock.Instant
    let answered: Int
    /// Whether a silent unit was waited for in it.
    let hadProbe: Bool
}

/// Every round of a run, in order.
private final class RoundDiary: Sendable {
    private let kept = Mutex<[EndedRound]>([])

    var rounds: [EndedRound] { kept.withLock { $0 } }

    func note(_ report: RoundReport) {
        let round = EndedRound(
            ended: .now,
            answered: report.answered.count,
            hadProbe: report.failed.values.contains { $0.code == .timeout }
        )
        kept.withLock { $0.append(round) }
    }
}

/// How long rounds took.
///
/// A silent unit is probed once in about twenty rounds, and that round takes a second longer. So that the mean holds
/// neither a probe too many nor one too few, it runs from the end of one round with a probe to the end of another;
/// where there is no probe, over all rounds.
struct RoundTimes: Encodable {
    private let rounds: Int
    private let answered: Int
    private let probes: Int
    private let mean: Double
    private let middle: Double
    private let answeredPerSecond: Double

    private enum CodingKeys: String, CodingKey {
        case rounds, answered, probes
        case mean = "round_ms"
        case middle = "round_p50_ms"
        case answeredPerSecond = "answered_per_second"
    }

    /// - Parameter all: the rounds that count, in order.
    /// - Throws: when there are too few to take a mean of.
    fileprivate init(_ all: [EndedRound]) throws(BenchError) {
        let probed = all.indices.filter { all[$0].hadProbe }
        guard probed.isEmpty || probed.count >= 2 else {
            throw BenchError("only one probe of a silent unit: measure for longer")
        }
        let window = (probed.first ?? all.startIndex)..<(probed.last.map { $0 + 1 } ?? all.endIndex)
        // The first only says when the second began.
        let counted = all[window].dropFirst()
        guard let first = all[window].first, let last = counted.last else {
            throw BenchError("fewer than two rounds: measure for longer")
        }
        let ends = all[window].map(\.ended)
        let span = first.ended.duration(to: last.ended).inMicroseconds
        rounds = counted.count
        answered = counted.reduce(0) { $0 + $1.answered }
        probes = counted.count(where: \.hadProbe)
        mean = span / 1_000 / Double(rounds)
        middle = zip(ends, ends.dropFirst()).map { $0.duration(to: $1).inMicroseconds / 1_000 }.median
        answeredPerSecond = Double(answered) / (span / 1_000_000)
    }
}

extension MeterProfile {
    /// Twelve input registers in one request.
    ///
    /// The registers behind them are part of no index: they let a silent unit be asked in other lengths, as the pulse
    /// counters of the pilot can be.
    fileprivate static var bench: MeterProfile {
        let index = ["a", "b", "c"].enumerated().map { place, name in
            RegisterField(name: name, function: .inputRegisters, address: UInt16(place * 4), type: .uint64)
        }
        let more = ["d", "e", "f", "g"].enumerated().map { place, name in
            RegisterField(name: name, function: .inputRegisters, address: UInt16(12 + place), type: .uint16)
        }
        let fields = (index + more).map { ($0.name, $0) }
        let volume = VolumeExpression(
            terms: index.map { VolumeExpression.Term($0.name) },
            unit: .litres(.one)
        )
        return MeterProfile(
            id: MeterProfile.ID("bench"),
            title: "Twelve registers",
            sources: [],
            link: .prompt,
            fields: Dictionary(uniqueKeysWithValues: fields),
            channels: [1: MeterChannel(index: volume)]
        )
    }
}
