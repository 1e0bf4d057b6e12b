import Metering

/// One walk along the indexes of a service point, from the oldest to the newest.
struct IndexWalk {
    /// What came of it.
    var result: NormalisedSeries {
        NormalisedSeries(
            series: UsageSeries(steps: steps),
            discontinuities: discontinuities,
            jitter: jitter,
            spikes: spikes.sorted(),
            strays: strays,
            unconfirmedHead: head,
            exchanges: exchanges,
            isTailUnconfirmed: isTailUnconfirmed
        )
    }

    /// How many readings it could not follow.
    var misfits: Int {
        discontinuities.count + spikes.count + strays.count + head.count + (isTailUnconfirmed ? 1 : 0)
    }

    /// Where the walk stood before each step, and at last where it stands.
    private(set) var marks: [Mark] = []
    private(set) var steps: [UsageStep] = []

    private let rules: IndexRules
    private let spike: SpikeRule
    private let readings: [Reading]
    private let exchanges: [MeterExchange]
    private let strays: [Instant]
    private var discontinuities: [Discontinuity] = []
    private var jitter: [NormalisedSeries.HeldJitter] = []
    private var spikes: [Instant] = []
    private var head: [Instant] = []
    private var isTailUnconfirmed = false

    /// - Parameters:
    ///   - context: with its exchanges where they belong.
    ///   - readings: one an instant, in order of time.
    ///   - strays: what was left out of them.
    init(_ context: SeriesContext, along readings: [Reading], without strays: [Instant] = []) {
        rules = IndexRules(context)
        spike = SpikeRule(rules)
        exchanges = context.exchanges
        self.readings = readings
        self.strays = strays
        run()
    }

    private mutating func run() {
        guard let first = readings.first else { return }
        marks.reserveCapacity(readings.count)
        steps.reserveCapacity(readings.count)
        marks.append(Mark(at: first.at, highest: first.index))
        for position in readings.indices.dropFirst() where !take(position) {
            isTailUnconfirmed = true
            return
        }
    }

    /// - Returns: false when the reading does not fit and none after it can speak for it.
    private mutating func take(_ position: Int) -> Bool {
        let reading = readings[position]
        let mark = marks[marks.count - 1]
        switch rules.advance(from: mark, to: reading) {
        case .used(let volume, let kind, let highest):
            append(UsageStep(from: mark.at, to: reading.at, volume: volume, kind: kind), highest: highest)
        case .held(let below):
            jitter.append(NormalisedSeries.HeldJitter(at: reading.at, by: below))
            append(UsageStep(from: mark.at, to: reading.at, volume: .zero), highest: mark.highest)
        case .jumped(let amount):
            return doubt(position, after: mark, .jump, amount)
        case .fell(let amount):
            return doubt(position, after: mark, .fall, amount)
        }
        return true
    }

    /// A reading that does not fit: a spike, the end of one, a discontinuity, or the newest, of which none can be
    /// told.
    private mutating func doubt(
        _ position: Int,
        after mark: Mark,
        _ kind: Discontinuity.Kind,
        _ amount: Volume
    ) -> Bool {
        let reading = readings[position]
        let isFalling = steps.last?.kind == .unexplained && discontinuities.last?.kind == .fall
        if spike.isSpike(position, of: readings, after: mark, isFalling: isFalling) {
            spikes.append(reading.at)
            return true
        }
        if kind == .fall, takesBackLastStep(before: reading) { return take(position) }
        guard position < readings.count - 1 else { return false }
        let isAlone = steps.allSatisfy { $0.kind == .unexplained }
        if isAlone, HeadRule(rules, exchanges).isUnconfirmed(before: position, of: readings, after: mark) {
            begin(at: position)
            return true
        }
        discontinuities.append(Discontinuity(kind: kind, from: mark.at, to: reading.at, amount: amount))
        append(
            UsageStep(from: mark.at, to: reading.at, volume: .zero, kind: .unexplained),
            highest: reading.index
        )
        return true
    }

    private mutating func append(_ step: UsageStep, highest: Volume) {
        steps.append(step)
        marks.append(Mark(at: step.to, highest: highest))
    }

    /// Forgets what came before `position`, and begins there.
    private mutating func begin(at position: Int) {
        head = readings[..<position].map(\.at)
        steps = []
        jitter = []
        spikes = []
        discontinuities = []
        marks = [Mark(at: readings[position].at, highest: readings[position].index)]
    }

    private mutating func takesBackLastStep(before reading: Reading) -> Bool {
        guard let step = steps.last, spike.undoes(step, since: marks[marks.count - 2], reading) else {
            return false
        }
        steps.removeLast()
        marks.removeLast()
        spikes.append(step.to)
        return true
    }
}
