public import Metering
import Normalisation
public import Storage

/// Compares what people read off dials with what the meters said: 目視 against smart.
///
/// A dial read by eye shows whole cubic metres: 1,234 stands for anything from 1,234,000 L to one millilitre short of
/// 1,235,000 L. It never enters the usage series.
public struct HandReadings: Sendable {
    private let ledger: Ledger
    private let store: MeterStore

    public init(pilot: Pilot, store: MeterStore) {
        ledger = Ledger(store: store, pilot: pilot)
        self.store = store
    }

    /// One hand reading beside the index at its instant.
    public struct Comparison: Hashable, Sendable {
        public let record: RecordedEvent
        /// By interpolation between the readings around it; nil where the series has a gap, or a jump, fall or exchange.
        public let smart: Volume?
        /// The hand reading less the smart index, the shorter way round the dial: 0 to -999.999 L where both agree.
        public let difference: Volume?
        public let verdict: Verdict
    }

    /// How far apart the two are, in whole cubic metres.
    public enum Verdict: String, Hashable, Sendable {
        /// The same digits.
        case same
        /// One cubic metre apart.
        case near
        /// More than that (検針値不一致, DOMAIN X1).
        case differs
        /// There is no index to compare with.
        case unknown
    }

    /// The hand readings of a point, or of all points, in order of time.
    ///
    /// - Throws: `StoreError` when the store can't be read.
    public func comparisons(of point: ServicePoint.ID? = nil) async throws -> [Comparison] {
        var comparisons: [Comparison] = []
        for record in try await store.events(of: point) where record.event.kind == .handReading {
            guard let id = record.event.point, let index = record.event.index,
                let scene = try await scene(at: id, record.event.at)
            else { continue }
            comparisons.append(scene.comparison(record, index))
        }
        return comparisons
    }

    /// Why a hand reading does not fit the series; nil where it does, or where there is nothing to judge it by.
    func hold(on event: PointEvent) async throws -> RecordedEvent.Hold? {
        guard event.kind == .handReading, let point = event.point, let index = event.index else { return nil }
        return try await scene(at: point, event.at)?.hold(on: index)
    }

    private func scene(at point: ServicePoint.ID, _ instant: Instant) async throws -> HandReadingScene? {
        let day = LocalDay(containing: instant)
        let account = try await ledger.account(of: point, around: day..<day.advanced(by: 1))
        return account.map { HandReadingScene(account: $0, at: instant) }
    }
}

/// What the readings around one instant say of the dial then.
struct HandReadingScene {
    private let account: Ledger.Account
    private let at: Instant
    private let before: Reading?
    /// Whether the dial was another one when `before` was read.
    private let exchange: MeterExchange?

    init(account: Ledger.Account, at instant: Instant) {
        self.account = account
        at = instant
        let spikes = Set(account.normalised.spikes)
        let before = account.readings.last {
            $0.at <= instant && $0.quality == .measured && !spikes.contains($0.at)
        }
        self.before = before
        exchange = before.flatMap { last in
            account.exchanges.last { last.at < $0.at && $0.at <= instant }
        }
    }

    func comparison(_ record: RecordedEvent, _ index: Volume) -> HandReadings.Comparison {
        let smart = interpolated
        let difference = smart.map { account.context.dial.shorterWay(index - $0) }
        let digits = smart.map {
            account.context.dial.shorterWay(index - .cubicMetres($0.wholeCubicMetres)).wholeCubicMetres
                .magnitude
        }
        return HandReadings.Comparison(
            record: record,
            smart: smart,
            difference: difference,
            verdict: digits.map { $0 == 0 ? .same : $0 == 1 ? .near : .differs } ?? .unknown
        )
    }

    /// The index at the instant, spread evenly over the step in which it lies.
    private var interpolated: Volume? {
        guard let before else { return nil }
        if before.at == at { return before.index }
        guard let step = account.series.step(at: at), step.kind == .normal || step.kind == .rollover else {
            return nil
        }
        return account.context.dial.wrapped(before.index + account.series.usage(in: before.at..<at).volume)
    }

    /// Below what was read last by more than jitter, or above what the pipe can have carried since, whichever meter hung
    /// there.
    func hold(on index: Volume) -> RecordedEvent.Hold? {
        guard let start = exchange?.opening ?? before?.index, let since = exchange?.at ?? before?.at else {
            return nil
        }
        let jitter = account.context.jitterLimit
        let most = index + .cubicMetres(1) - .millilitres(1)
        if account.context.dial.shorterWay(most - start) < -jitter { return .below }
        let carried = account.context.mostCarried(inSeconds: at - since)
        return account.context.dial.shorterWay(index - start) > carried + jitter ? .above : nil
    }
}
