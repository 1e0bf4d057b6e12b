public import Metering

/// What goes wrong with a feed, drawn from the seed.
public struct FeedFaults: Hashable, Sendable {
    // Of 1,000 questions.
    /// Never answered.
    public var silent = 0
    /// Hung up in the middle of the body.
    public var half = 0
    /// 429 or 503, with or without `Retry-After`.
    public var busy = 0
    /// 410 for a cursor that should still be good.
    public var cursorLost = 0
    /// 401 for a token that should still be good.
    public var tokenLost = 0

    // Of 1,000 pages.
    /// Some records stand on it twice.
    public var repeated = 0
    /// Its records are in no order.
    public var shuffled = 0

    // Of 1,000 meter-days.
    /// Delivered with wrong indexes first and corrected under a higher revision later.
    public var corrected = 0
    /// With values beside the right ones whose stamps can't be.
    public var wrongClock = 0
    /// Delivered only when somebody asks.
    public var withheld = 0

    /// What was due in this span is delivered at its end, as when snow melts off the lids.
    public var thaw: Range<Instant>?

    /// How far the terminals' clocks are ahead.
    public var skewSeconds: Int64 = 0
    /// Points whose meters bear another point's number, and the reverse.
    public var crossed: [ServicePoint.ID: ServicePoint.ID] = [:]

    public static let none = FeedFaults()

    public init() {}

    /// Every kind in equal shares.
    ///
    /// - Parameter percent: of questions that fail, of pages in disorder, of meter-days with something wrong; 0...100.
    /// - Returns: a plan without a thaw.
    public static func evenly(percent: Int) -> FeedFaults {
        var faults = FeedFaults()
        let permille = min(max(percent, 0), 100) * 10
        (faults.silent, faults.half, faults.busy) = (permille / 5, permille / 5, permille / 5)
        (faults.cursorLost, faults.tokenLost) = (permille / 5, permille / 5)
        (faults.repeated, faults.shuffled) = (permille / 2, permille / 2)
        (faults.corrected, faults.wrongClock, faults.withheld) = (permille / 3, permille / 3, permille / 3)
        return faults
    }

    /// What happens to one question.
    enum Fate: Hashable, Sendable {
        case intact
        case silent
        case half
        /// With the seconds that the server asks for; nil for no word of it.
        case busy(status: Int, retryAfter: Int?)
        case cursorLost
        case tokenLost
    }

    func fate(of question: Int, seed: UInt64) -> Fate {
        var random = SeededRandom(seed: seed, stream: "feed/question/\(question)")
        var draw = random.integer(in: 0...999)
        let busy = Fate.busy(
            status: random.chance(500) ? 429 : 503,
            retryAfter: random.chance(500) ? random.integer(in: 1...90) : nil
        )
        let shares: [(Int, Fate)] = [
            (silent, .silent), (half, .half), (self.busy, busy), (cursorLost, .cursorLost),
            (tokenLost, .tokenLost),
        ]
        for (share, fate) in shares {
            if draw < share { return fate }
            draw -= share
        }
        return .intact
    }

    /// The records of a page as they are sent: some twice, or in no order.
    func disturbed(_ records: [String], question: Int, seed: UInt64) -> [String] {
        var random = SeededRandom(seed: seed, stream: "feed/page/\(question)")
        var sent = records
        if random.chance(repeated) { sent += records.filter { _ in random.chance(200) } }
        return random.chance(shuffled) ? random.shuffled(sent) : sent
    }

    /// What happens to one meter's day on its way.
    enum DayFate: Hashable, Sendable {
        case intact
        case corrected
        case wrongClock
        case withheld
    }

    func fate(of point: ServicePoint.ID, on day: LocalDay, seed: UInt64) -> DayFate {
        var random = SeededRandom(seed: seed, stream: "\(point)/feed/fate/\(day)")
        var draw = random.integer(in: 0...999)
        let shares: [(Int, DayFate)] = [
            (corrected, .corrected), (wrongClock, .wrongClock), (withheld, .withheld),
        ]
        for (share, fate) in shares {
            if draw < share { return fate }
            draw -= share
        }
        return .intact
    }

    /// When a delivery really comes: after the thaw for what was due before it, in the same order.
    func arrival(of instant: Instant) -> Instant {
        guard let thaw, thaw.contains(instant) else { return instant }
        // A month becomes an hour.
        return thaw.upperBound + (instant - thaw.lowerBound) / 720
    }
}
