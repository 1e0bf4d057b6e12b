public import Metering

/// What the stamp of a meter's own clock is worth, beside the time at which it arrived.
///
/// With the shipped limits, on a line (which answers at once): 09:58:01 arriving at 10:00:00 is 119 s behind and
/// trusted, 09:57:59 is flagged. On a feed, which delivers hours later, being late proves nothing, so that only a
/// stamp after its own arrival is. More than five minutes after it, or older than 400 days: quarantined, by its
/// arrival and not by any clock of ours, so that a replay judges alike.
///
/// A drift within the limits distorts no total. Usage is the difference of indexes, and a meter's clock only rises
/// between two corrections, so the order of readings is true; the stamps of a clock that gains 10 s a day stand
/// 3,600.4 s apart and tell of as much water. What moves is the place of a boundary: a clock that is `d` seconds
/// off cuts a day or a month at most by what flows in `d` seconds too early or too late, and the next period gets
/// it back. Stamps are therefore never snapped to the hour. A clock that is set back by more than a reading
/// interval puts readings out of order; their falls block the period, and an invalid range takes them out.
public struct StampRule: Hashable, Sendable {
    /// From more than so many seconds on, a stamp is flagged.
    public var flaggedSeconds: Int64 = 120
    /// How long after its own arrival a stamp may lie.
    public var mostAheadSeconds: Int64 = 300
    /// How old a value may be when it arrives, in days.
    public var mostAgeDays: Int64 = 400

    public init() {}

    /// How a stamp came.
    public enum Way: Hashable, Sendable, CaseIterable {
        /// Asked and answered at once.
        case live
        /// Kept somewhere, and passed on later.
        case delivered
    }

    public enum Verdict: Hashable, Sendable {
        case trusted
        /// Usable, and off by so many seconds; positive when the clock is ahead.
        case flagged(seconds: Int64)
        /// No evidence: so many seconds after its own arrival.
        case ahead(seconds: Int64)
        /// No evidence: so many seconds before its arrival.
        case tooOld(seconds: Int64)

        /// Whether the value has to wait for a person.
        public var isQuarantined: Bool {
            switch self {
            case .trusted, .flagged: false
            case .ahead, .tooOld: true
            }
        }
    }

    /// Judges one stamp.
    ///
    /// - Parameters:
    ///   - stamp: what the meter's clock said.
    ///   - arrival: when it came to us.
    ///   - way: whether it answered at once.
    /// - Returns: what the stamp is worth.
    public func verdict(on stamp: Instant, arriving arrival: Instant, by way: Way) -> Verdict {
        let ahead = stamp - arrival
        if ahead > mostAheadSeconds { return .ahead(seconds: ahead) }
        if -ahead > mostAgeDays * 86_400 { return .tooOld(seconds: -ahead) }
        let isOff = way == .live ? abs(ahead) > flaggedSeconds : ahead > flaggedSeconds
        return isOff ? .flagged(seconds: ahead) : .trusted
    }
}
