public import Acquisition
import Decoding
public import Logging
public import Metering
import Normalisation
public import Storage

/// The way of the data, one order, written down once.
///
/// Wired, fed or imported: from capture to mail every reading takes this way and only this one, in its order.
///
/// ```
/// take      answer or page → Decoding → readings → Storage, transaction 1: now the poll is done
/// think     readings → Normalisation → Detection → Alerting → Storage, transaction 2
/// ```
///
/// `take` judges nothing and `think` captures nothing. Whatever happens between the two, the store names the points
/// that `think` still owes, so a crash costs no judgement, and thinking twice changes nothing.
public struct Pipeline: Sendable {
    /// How far back a clock is looked at for a judgement.
    static let clockDays: Int64 = 8

    /// The name of the judgement's progress in the store.
    public static let stage = "judgement"

    /// How many days of usage one transaction keeps, so that a year of a whole city needs little memory.
    static let mostDaysAtOnce = 20_000

    /// What it works by, which a reload may replace between two answers.
    public struct Terms: Sendable {
        /// Who hangs where.
        public let pilot: Pilot
        /// The rules.
        public let judge: Judge
        /// How late the feed delivers when all is well.
        public let feedDelaySeconds: Int64

        public init(pilot: Pilot, judge: Judge, feedDelaySeconds: Int64) {
            self.pilot = pilot
            self.judge = judge
            self.feedDelaySeconds = feedDelaySeconds
        }
    }

    private let terms: @Sendable () -> Terms
    private let store: MeterStore
    private let identities: UnitIdentities
    private let logger: Logger

    /// - Parameters:
    ///   - store: the memory.
    ///   - terms: looked up for each answer and each judgement.
    ///   - logger: for what arrives and cannot be used.
    public init(store: MeterStore, terms: @escaping @Sendable () -> Terms, logger: Logger) {
        self.store = store
        self.terms = terms
        self.logger = logger
        identities = UnitIdentities(store: store, logger: logger)
    }

    /// Keeps a unit's answer with what it means; under another number than the registered one, it is held apart.
    ///
    /// When it returns, the data are synced.
    ///
    /// - Returns: `.confirm` when an index left what the pipe can carry, so that it is read again at once.
    public func take(_ answer: UnitAnswer, at now: Instant) async throws -> DeliveryVerdict {
        let pilot = terms().pilot
        let decoded = UnitReadings(answer, pilot: pilot, offsets: try await offsets(behind: answer, pilot))
        if let stranger = try await identities.stranger(answer, pilot, at: now) {
            try await store.hold(decoded.arrivals, under: stranger, from: answer.unit, at: now)
            return .done
        }
        let isDoubtful = try await jumps(decoded.readings, pilot)
        _ = try await store.store(decoded.arrivals, at: now)
        return isDoubtful && !answer.isConfirmation ? .confirm : .done
    }

    /// Keeps a page of the feed with what it means.
    ///
    /// When it returns, the data are synced.
    public func take(_ page: FeedDelivery, at now: Instant) async throws {
        let pilot = terms().pilot
        let decoded = try FeedReadings(page, tenures: try await pilot.feedTenures(in: store))
        let outcomes = try await store.store(
            page: decoded.arrivals,
            advancing: decoded.watermark,
            at: now
        )
        for case .conflicting in outcomes {
            logger.warning(
                "The feed sent other bytes under a known key",
                metadata: ["path.id": "\(page.path)"]
            )
        }
    }

    /// Where dials were set anew by people: the offsets that hold when the unit answered.
    private func offsets(behind answer: UnitAnswer, _ pilot: Pilot) async throws -> [ServicePoint.ID: Volume]
    {
        guard let at = answer.exchanges.last?.answered.instant else { return [:] }
        var offsets: [ServicePoint.ID: Volume] = [:]
        for installation in pilot.installations(on: answer.path, unit: answer.unit) {
            let point = installation.point.id
            offsets[point] = try await store.dialSettings(of: point).last { $0.at <= at }?.offset
        }
        return offsets
    }

    private func jumps(_ readings: [Reading], _ pilot: Pilot) async throws -> Bool {
        for reading in readings {
            guard let installation = pilot.installation(at: reading.point),
                let last = try await store.lastReading(of: reading.point), last.at < reading.at
            else { continue }
            let context = SeriesContext(
                dial: installation.meter.dial,
                calibre: installation.point.calibre,
                settings: pilot.terms.index
            )
            let rise = reading.index - last.index
            if rise > context.mostCarried(inSeconds: reading.at - last.at) || rise < -context.jitterLimit {
                return true
            }
        }
        return false
    }

    /// Judges what the store says is not judged yet, and the named points, of which silence may be the news.
    ///
    /// - Parameters:
    ///   - points: points that were asked or waited for, whether they answered or not.
    ///   - now: the time of the judgement.
    /// - Throws: `StoreError` when the store can't be read or written; nothing is changed then.
    public func think(about points: [ServicePoint.ID] = [], at now: Instant) async throws {
        let terms = terms()
        let unjudged = try await store.unjudgedPoints(stage: Pipeline.stage)
        let news = Dictionary(unjudged.map { ($0.point, $0) }, uniquingKeysWith: { first, _ in first })
        var judgements: [Judgement] = []
        var days = 0
        for point in Set(points).union(news.keys).sorted() {
            guard let facts = try await facts(of: point, news[point], terms, at: now) else { continue }
            let judgement = terms.judge.judge(facts, at: now)
            guard !judgement.isEmpty else { continue }
            judgements.append(judgement)
            days += judgement.usageDays.count
            guard days >= Pipeline.mostDaysAtOnce else { continue }
            try await store.store(judgements, at: now)
            (judgements, days) = ([], 0)
        }
        guard !judgements.isEmpty else { return }
        try await store.store(judgements, at: now)
    }

    private func facts(
        of id: ServicePoint.ID,
        _ unjudged: UnjudgedPoint?,
        _ terms: Terms,
        at now: Instant
    ) async throws -> Judge.Case? {
        guard let installation = terms.pilot.installation(at: id) else { return nil }
        let day: Int64 = 86_400
        let window = now - Int64(Judge.windowDays) * day
        let from = unjudged.map { min($0.earliest - 3 * day, window) } ?? window
        let history = PointHistory(store, terms.pilot.terms.index)
        let (known, context) = try await history.context(of: installation)
        let readings = try await history.readings(of: id, in: from..<now + day, context)
        return Judge.Case(
            point: known.point,
            dial: known.meter.dial,
            readings: readings,
            exchanges: context.exchanges,
            invalid: context.invalid,
            settings: context.settings,
            clockDrifts: try await PointClock(store, terms.pilot.terms.clock).drifts(
                of: installation,
                readings,
                in: now - Pipeline.clockDays * day..<now + day,
                terms.pilot
            ),
            held: try await identities.held(at: installation),
            known: try await store.incidents(of: .point(id), currentOrClosedSince: now - 7 * day),
            expectedDelaySeconds: installation.wiring == nil ? terms.feedDelaySeconds : 3_600,
            unjudged: unjudged
        )
    }
}

extension Judgement {
    /// Whether it changes nothing in the store.
    fileprivate var isEmpty: Bool {
        usageDays.isEmpty && changes.isEmpty && progress == nil
    }
}
