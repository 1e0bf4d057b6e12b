public import Metering
import Synchronization

/// A power company's shared-meter-reading feed (共同検針) by the contract `kyodo-kenshin/1.0`, over a neighbourhood.
///
/// A meter-day becomes visible when it was delivered by `now`, never earlier; so the same feed serves history at virtual
/// speed and the hours after it. An exchanged meter's day comes as two records, each under its own meter's number. A
/// meter that fell silent is not delivered any more.
public final class SimulatedFeed: Sendable {
    /// As many records as one page may have.
    static let pageLimit = 1_000
    /// How many records' texts are kept.
    private static let mostTexts = 4_000

    let now: @Sendable () -> Instant
    let door: FeedDoor
    let faults: FeedFaults
    let seed: UInt64
    /// It gives no more records a page, whatever it is asked for.
    let pageSize: Int
    private let neighbourhood: Neighbourhood
    private let points: [ServicePoint.ID]
    private let dispatch: FeedDispatch
    private let changes: [SimulatedAlarm]
    private let again = Mutex<Set<FeedDispatch.Delivery>>([])
    private let questions = Mutex(0)
    private let dispatched = Mutex<[PointDay: [FeedDispatch.Delivery]]>([:])
    private let texts = Mutex<[FeedDispatch.Delivery: [String]]>([:])

    /// - Parameters:
    ///   - neighbourhood: all its places that the feed reaches are delivered.
    ///   - seed: the run's seed.
    ///   - faults: how often something goes wrong.
    ///   - door: who may ask.
    ///   - pageSize: 1...1,000 records, the most that one page has, whatever is asked for.
    ///   - now: the feed's time.
    public init(
        _ neighbourhood: Neighbourhood,
        seed: UInt64,
        faults: FeedFaults = .none,
        door: FeedDoor = .open,
        pageSize: Int = 1_000,
        now: @escaping @Sendable () -> Instant
    ) {
        self.neighbourhood = neighbourhood
        self.door = door
        self.faults = faults
        self.pageSize = pageSize
        self.seed = seed
        self.now = now
        points = neighbourhood.installations.filter(\.isInFeed).map(\.point.id).sorted()
        dispatch = FeedDispatch(seed: seed, faults: faults)
        changes = SimulatedAlarm.changes(in: neighbourhood.truth, of: points)
    }

    /// Counts the questions, each of which has a fate of its own.
    func nextQuestion() -> Int {
        questions.withLock { count in
            count += 1
            return count
        }
    }

    /// Every value delivered by `instant`, each meter and hour once, to be compared with what was stored.
    public func deliveredValues(by instant: Instant) -> Set<DeliveredValue> {
        var values: Set<DeliveredValue> = []
        for delivery in deliveries(from: neighbourhood.truth.span.lowerBound, to: instant) {
            for hour in hours(of: delivery) {
                let at = delivery.day.start + Int64(hour) * 3_600
                values.insert(delivered(delivery, at))
            }
        }
        return values
    }

    /// The newest revision of every value delivered by `instant`, and what it says.
    public func heldValues(by instant: Instant) -> [DeliveredValue: HeldValue] {
        var held: [DeliveredValue: HeldValue] = [:]
        for delivery in deliveries(from: neighbourhood.truth.span.lowerBound, to: instant) {
            for hour in hours(of: delivery) {
                let at = delivery.day.start + Int64(hour) * 3_600
                let key = delivered(delivery, at)
                guard delivery.revision >= held[key]?.revision ?? 0 else { continue }
                held[key] = HeldValue(revision: delivery.revision, litres: litres(delivery, at))
            }
        }
        return held
    }

    /// As it is known outside: by the number that the meter bears, and the stamp of its terminal.
    private func delivered(_ delivery: FeedDispatch.Delivery, _ at: Instant) -> DeliveredValue {
        let point = faults.crossed[delivery.point] ?? delivery.point
        let meter = neighbourhood.meter(of: point, at: at)
        return DeliveredValue(point: point, meter: meter, at: at + faults.skewSeconds)
    }

    /// Delivers a meter's days once more.
    ///
    /// - Parameters:
    ///   - meter: as the feed numbers it.
    ///   - days: measuring days.
    ///   - seconds: how long it takes.
    /// - Returns: false when no such meter hangs anywhere then.
    func deliverAgain(_ meter: Meter.ID, _ days: ClosedRange<LocalDay>, after seconds: Int64 = 60) -> Bool {
        let at = now() + seconds
        let numbers = days.lowerBound.daysSince1970...days.upperBound.daysSince1970
        let found = numbers.prefix(FeedDispatch.longestSpanDays).flatMap { number in
            let day = LocalDay(daysSince1970: number)
            return points.filter { isThere(meter, at: $0, on: day) }.map { dispatch.again($0, day, at: at) }
        }
        again.withLock { $0.formUnion(found) }
        return !found.isEmpty
    }

    private func isThere(_ meter: Meter.ID, at point: ServicePoint.ID, on day: LocalDay) -> Bool {
        [day.start + 3_600, day.start + 86_400].contains { neighbourhood.meter(of: point, at: $0) == meter }
    }

    /// One page of what was delivered since an instant.
    ///
    /// - Parameters:
    ///   - since: on the time of delivery.
    ///   - cursor: where the page before ended.
    ///   - limit: 1...1,000 records; a delivery of two meters is never cut.
    ///   - question: its number, by which it may be in disorder.
    /// - Returns: the page's JSON.
    /// - Throws: when the cursor is older than a day or none of ours.
    func page(since: Instant, cursor: String?, limit: Int, question: Int = 0) throws(FeedRefusal) -> String {
        let place = try place(since, cursor)
        let all = deliveries(from: place.since, to: place.until)
        return page(all, place, limit, question) { records(of: $0) }
    }

    /// One page of the meters' own alarms.
    ///
    /// - Parameters:
    ///   - since: on the time of delivery.
    ///   - cursor: where the page before ended.
    ///   - limit: 1...1,000 records.
    ///   - question: its number, by which it may be in disorder.
    /// - Returns: the page's JSON.
    /// - Throws: when the cursor is older than a day or none of ours.
    func alarms(since: Instant, cursor: String?, limit: Int, question: Int = 0) throws(FeedRefusal) -> String
    {
        let place = try place(since, cursor)
        let all = changes.filter {
            $0.deliveredAt >= place.since && $0.deliveredAt <= place.until
                && !neighbourhood.isSilent($0.point, at: $0.deliveredAt)
        }
        return page(all, place, limit, question) { [FeedText.alarm($0)] }
    }

    private func place(_ since: Instant, _ cursor: String?) throws(FeedRefusal) -> Cursor {
        let now = now()
        return try cursor.map { (text) throws(FeedRefusal) in try Cursor(text, now: now) }
            ?? Cursor(since: since, until: now, offset: 0)
    }

    private func page<Item>(
        _ all: [Item],
        _ place: Cursor,
        _ limit: Int,
        _ question: Int,
        _ records: (Item) -> [String]
    ) -> String {
        let end = min(all.count, place.offset + min(limit, pageSize))
        let found = place.offset < end ? all[place.offset..<end].flatMap(records) : []
        let next = end < all.count ? Cursor(since: place.since, until: place.until, offset: end) : nil
        let sent = faults.disturbed(found, question: question, seed: seed)
        return FeedText.page(sent, generatedAt: now(), nextCursor: next?.text)
    }

    func devices() -> String {
        let now = now()
        let rows = neighbourhood.installations.filter(\.isInFeed).map {
            FeedText.device($0.point, neighbourhood.meter(of: $0.point.id, at: now))
        }
        return FeedText.page(rows, generatedAt: now, nextCursor: nil)
    }

    /// In order of delivery, then by point, day and revision.
    private func deliveries(from: Instant, to: Instant) -> [FeedDispatch.Delivery] {
        guard from <= to else { return [] }
        let begin = neighbourhood.truth.span.lowerBound
        let frozen = faults.thaw.flatMap { from <= $0.upperBound + 86_400 ? $0.lowerBound : nil }
        let oldest = min(max(from, begin), frozen ?? from)
        let firstDay = max(
            LocalDay(containing: begin),
            LocalDay(containing: oldest).advanced(by: -FeedDispatch.longestDelayDays)
        )
        let lastDay = LocalDay(containing: to).advanced(by: -1)
        guard firstDay <= lastDay else { return [] }
        let regular = (0...lastDay.daysSince1970 - firstDay.daysSince1970).flatMap { day in
            points.flatMap { dispatched(of: $0, on: firstDay.advanced(by: day)) }
        }
        return (regular + again.withLock { Array($0) }).filter {
            $0.at >= from && $0.at <= to && !neighbourhood.isSilent($0.point, at: $0.at)
        }.sorted { ($0.at, $0.point, $0.day, $0.revision) < ($1.at, $1.point, $1.day, $1.revision) }
    }

    private struct PointDay: Hashable {
        let point: ServicePoint.ID
        let day: LocalDay
    }

    private func dispatched(of point: ServicePoint.ID, on day: LocalDay) -> [FeedDispatch.Delivery] {
        let key = PointDay(point: point, day: day)
        return dispatched.withLock { known in
            if let deliveries = known[key] { return deliveries }
            if known.count >= SimulatedFeed.mostTexts { known = [:] }
            let deliveries = dispatch.deliveries(of: point, for: day)
            known[key] = deliveries
            return deliveries
        }
    }

    private func hours(of delivery: FeedDispatch.Delivery) -> [Int] {
        (1...24).filter { delivery.missing?.contains($0) != true }
    }

    private func litres(_ delivery: FeedDispatch.Delivery, _ at: Instant) -> Int64 {
        let right = neighbourhood.register(of: delivery.point, at: at).millilitres / 1_000
        return right + (delivery.isWrong ? FeedDispatch.errorLitres : 0)
    }

    private func records(of delivery: FeedDispatch.Delivery) -> [String] {
        if let known = texts.withLock({ $0[delivery] }) { return known }
        var byMeter: [(meter: Meter.ID, values: [(hour: Int, litres: Int64)])] = []
        for hour in hours(of: delivery) {
            let at = delivery.day.start + Int64(hour) * 3_600
            let meter = delivered(delivery, at).meter
            let litres = litres(delivery, at)
            if byMeter.last?.meter != meter { byMeter.append((meter, [])) }
            byMeter[byMeter.count - 1].values.append((hour, litres))
        }
        let made = byMeter.map {
            FeedText.record(
                delivery,
                meter: $0.meter,
                values: $0.values,
                aheadBy: faults.skewSeconds
            )
        }
        texts.withLock { texts in
            if texts.count >= SimulatedFeed.mostTexts { texts = [:] }
            texts[delivery] = made
        }
        return made
    }
}

/// One value that left the feed.
public struct DeliveredValue: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let meter: Meter.ID
    public let at: Instant
}

/// What the newest revision of a value says.
public struct HeldValue: Hashable, Sendable {
    public let revision: Int
    public let litres: Int64
}

/// Why the feed refuses a question.
enum FeedRefusal: Error, Hashable {
    case badRequest(String)
    case cursorExpired
    case unknownMeter
}

/// Where the next page begins: the same window of deliveries, some records later; good for a day.
private struct Cursor {
    let since: Instant
    let until: Instant
    let offset: Int

    init(since: Instant, until: Instant, offset: Int) {
        self.since = since
        self.until = until
        self.offset = offset
    }

    init(_ text: String, now: Instant) throws(FeedRefusal) {
        let parts = text.split(separator: ".").compactMap { Int64($0) }
        guard parts.count == 3, parts[2] >= 0, parts[2] < 1_000_000_000 else {
            throw .badRequest("cursor")
        }
        since = Instant(secondsSince1970: parts[0])
        until = Instant(secondsSince1970: parts[1])
        offset = Int(parts[2])
        guard now - until <= 86_400 else { throw .cursorExpired }
    }

    var text: String { "\(since.secondsSince1970).\(until.secondsSince1970).\(offset)" }
}
