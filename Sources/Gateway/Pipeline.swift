public import Acquisition
import Decoding
import Detection
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
        var isDoubtful = try await jumps(decoded.readings, by: .first, pilot)
        if try await jumps(decoded.second, by: .second, pilot) { isDoubtful = true }
        _ = try await store.store(decoded.arrivals, at: now)
        return isDoubtful && !answer.isConfirmation ? .confirm : .done
    }

    /// Keeps a page of the feed with what it means; when it returns, the data are synced.
    ///
    /// - Parameters:
    ///   - page: as it was delivered.
    ///   - isPulled: whether pulls go on behind it. One that was pushed says nothing of what came before it.
    ///   - now: the time of storing.
    /// - Throws: `FeedDecodingError` for what is no page, `StoreError` when the store can't be written.
    public func take(_ page: FeedDelivery, isPulled: Bool = true, at now: Instant) async throws {
        let pilot = terms().pilot
        let decoded = try FeedReadings(
            page,
            tenures: try await pilot.feedTenures(in: store),
            seconds: pilot.secondFeedPoints
        )
        let outcomes = try await store.store(
            page: decoded.arrivals,
            advancing: isPulled ? decoded.watermark : nil,
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
        for way in pilot.ways(on: answer.path, unit: answer.unit) where way.route == .first {
            let point = way.installation.point.id
            offsets[point] = try await store.dialSettings(of: point).last { $0.at <= at }?.offset
        }
        return offsets
    }

    private func jumps(_ readings: [Reading], by route: Route, _ pilot: Pilot) async throws -> Bool {
        for reading in readings {
            guard let installation = pilot.installation(at: reading.point),
                let last = try await store.lastReading(of: reading.point, by: route), last.at < reading.at
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
        // Terms after points: when others come in between, these points are judged by them, and not marked as judged by
        // the old ones.
        let unjudged = try await store.unjudgedPoints(stage: Pipeline.stage)
        let terms = terms()
        let news = Dictionary(unjudged.map { ($0.point, $0) }, uniquingKeysWith: { first, _ in first })
        var judgements: [Judgement] = []
        var days = 0
        // Whether two points are crossed is told by both of them, so those that may be are judged together at the end.
        var apart: [Judge.Case] = []
        for point in Set(points).union(news.keys).sorted() {
            guard let facts = try await facts(of: point, news[point], terms, at: now) else { continue }
            guard facts.ways?.disagreement == nil else {
                apart.append(facts)
                continue
            }
            let judgement = terms.judge.judge(facts, at: now)
            guard !judgement.isEmpty else { continue }
            judgements.append(judgement)
            days += judgement.usageDays.count
            guard days >= Pipeline.mostDaysAtOnce else { continue }
            try await store.store(judgements, at: now)
            (judgements, days) = ([], 0)
        }
        let crossings = WayCrossings(store: store, pilot: terms.pilot)
        for facts in try await crossings.naming(apart, at: now) {
            let judgement = terms.judge.judge(facts, at: now)
            if !judgement.isEmpty { judgements.append(judgement) }
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
        let past = try await PointHistory(store, terms.pilot.terms.index).past(
            of: installation,
            in: from..<now + day
        )
        let isFilled = past.filling.readings.last.map { $0.reading.at == past.readings.last?.at } ?? false
        let route: Route = isFilled ? .second : .first
        return Judge.Case(
            past: past,
            clockDrifts: try await PointClock(store, terms.pilot.terms.clock).drifts(
                of: installation,
                past.first,
                in: now - Pipeline.clockDays * day..<now + day,
                terms.pilot
            ),
            held: try await identities.held(at: installation),
            known: try await store.incidents(of: .point(id), currentOrClosedSince: now - 7 * day),
            expectedDelaySeconds: terms.delay(of: installation, by: route),
            unjudged: unjudged,
            ways: terms.ways(of: installation, past, at: now)
        )
    }
}

extension Pipeline.Terms {
    /// How late a way delivers when all is well.
    fileprivate func delay(of installation: Installation, by route: Route) -> Int64 {
        let source = installation.ways.first { $0.route == route }?.source ?? installation.source
        return source.wiring == nil ? feedDelaySeconds : 3_600
    }

    /// How both ways stand to each other by what came in the last two weeks; nil where the configuration names one.
    fileprivate func ways(of installation: Installation, _ past: PointPast, at now: Instant) -> WayEvidence? {
        guard let second = installation.second else { return nil }
        let from = now - 14 * 86_400
        let (recent, others) = (past.first.filter { $0.at >= from }, past.second.filter { $0.at >= from })
        let compared = Reconciliation(past.context, resolution: second.resolution)
            .compare(recent, with: others)
        var disagreement: WayEvidence.Disagreement?
        if case .disagree(let span, let by) = compared.verdict {
            disagreement = WayEvidence.Disagreement(span: span, by: by)
        }
        return WayEvidence(
            disagreement: disagreement,
            ways: [(Route.first, past.first), (.second, past.second)].map { route, readings in
                WayEvidence.Way(
                    route: route,
                    lastReadingAt: readings.last?.at,
                    expectedDelaySeconds: delay(of: installation, by: route)
                )
            }
        )
    }
}

extension Judgement {
    /// Whether it changes nothing in the store.
    fileprivate var isEmpty: Bool {
        usageDays.isEmpty && changes.isEmpty && progress == nil
    }
}
