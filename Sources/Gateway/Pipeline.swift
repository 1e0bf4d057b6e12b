public import Acquisition
import Decoding
public import Logging
public import Metering
public import Storage

/// The way of the data, the only one, in its order.
///
/// ```
/// take      answer or page → Decoding → readings → Storage, transaction 1: now the poll is done
/// think     readings → Normalisation → Detection → Alerting → Storage, transaction 2
/// ```
///
/// `take` judges nothing and `think` captures nothing. Whatever happens between the two, the store names the points
/// that `think` still owes, so a crash costs no judgement, and thinking twice changes nothing.
public struct Pipeline: Sendable {
    /// The name of the judgement's progress in the store.
    public static let stage = "judgement"

    private let pilot: Pilot
    private let store: MeterStore
    private let judge: Judge
    private let feedDelaySeconds: Int64
    private let logger: Logger

    /// - Parameters:
    ///   - pilot: who hangs where.
    ///   - store: the memory.
    ///   - judge: the rules.
    ///   - feedDelaySeconds: how late the feed delivers when all is well.
    ///   - logger: for what arrives and cannot be used.
    public init(pilot: Pilot, store: MeterStore, judge: Judge, feedDelaySeconds: Int64, logger: Logger) {
        self.pilot = pilot
        self.store = store
        self.judge = judge
        self.feedDelaySeconds = feedDelaySeconds
        self.logger = logger
    }

    /// Keeps a unit's answer with what it means.
    ///
    /// When it returns, the data are synced.
    ///
    /// - Returns: `.confirm` when an index left what the pipe can carry, so that it is read again at once.
    public func take(_ answer: UnitAnswer, at now: Instant) async throws -> DeliveryVerdict {
        let decoded = UnitReadings(answer, pilot: pilot)
        let isDoubtful = try await jumps(decoded.readings)
        _ = try await store.store(decoded.arrivals, at: now)
        return isDoubtful && !answer.isConfirmation ? .confirm : .done
    }

    /// Keeps a page of the feed with what it means.
    ///
    /// When it returns, the data are synced.
    public func take(_ page: FeedDelivery, at now: Instant) async throws {
        let decoded = try FeedReadings(page, pilot: pilot, replaced: try await replacedFeedMeters())
        let outcomes = try await store.store(decoded.arrivals, advancing: decoded.watermark, at: now)
        for case .conflicting in outcomes {
            logger.warning(
                "The feed sent other bytes under a known key",
                metadata: ["path.id": "\(page.path)"]
            )
        }
    }

    /// New feed numbers by the exchanges that somebody announced.
    private func replacedFeedMeters() async throws -> [Meter.ID: ServicePoint.ID] {
        var replaced: [Meter.ID: ServicePoint.ID] = [:]
        for point in pilot.feedPoints {
            for exchange in try await store.exchanges(of: point) { replaced[exchange.newMeter] = point }
        }
        return replaced
    }

    private func jumps(_ readings: [Reading]) async throws -> Bool {
        for reading in readings {
            guard let installation = pilot.installation(at: reading.point),
                let last = try await store.lastReading(of: reading.point), last.at < reading.at
            else { continue }
            let carried = installation.point.calibre.overloadFlow.volume(
                inSeconds: reading.at - last.at + 300
            )
            let rise = reading.index - last.index
            if rise > carried || rise < -max(.litres(10), installation.meter.dial.resolution * 2) {
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
        let unjudged = try await store.unjudgedPoints(stage: Pipeline.stage)
        let news = Dictionary(unjudged.map { ($0.point, $0) }, uniquingKeysWith: { first, _ in first })
        var judgements: [Judgement] = []
        for point in Set(points).union(news.keys).sorted() {
            guard let facts = try await facts(of: point, news[point], at: now) else { continue }
            let judgement = judge.judge(facts, at: now)
            if !judgement.isEmpty { judgements.append(judgement) }
        }
        guard !judgements.isEmpty else { return }
        try await store.store(judgements, at: now)
    }

    private func facts(
        of id: ServicePoint.ID,
        _ unjudged: UnjudgedPoint?,
        at now: Instant
    ) async throws -> Judge.Case? {
        guard let installation = pilot.installation(at: id) else { return nil }
        let day: Int64 = 86_400
        let window = now - Int64(Judge.windowDays) * day
        let from = unjudged.map { min($0.earliest - 3 * day, window) } ?? window
        let readings = try await store.readings(of: id, in: from..<now + day, includingBefore: true)
        return Judge.Case(
            point: installation.point,
            dial: installation.meter.dial,
            readings: readings,
            exchanges: try await store.exchanges(of: id),
            known: try await store.incidents(of: .point(id), currentOrClosedSince: now - 7 * day),
            expectedDelaySeconds: installation.wiring == nil ? feedDelaySeconds : 3_600,
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
