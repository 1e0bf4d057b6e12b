public import Acquisition
public import Metering

/// An index that a simulated line was asked for, and what became of the answer.
public struct IndexAnswer: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let unit: UInt8
    /// When the request was answered.
    public let at: Moment
    public let fate: AnswerFate
}

/// What a simulated line remembers of its traffic.
public struct LineRecord: Hashable, Sendable {
    /// More than five years of hourly readings of 12 meters.
    private static let mostAnswers = 600_000

    /// Index answers in order; the oldest are dropped beyond the limit.
    public private(set) var indexAnswers: [IndexAnswer] = []
    /// All requests for an address that a unit has, by what became of the answer.
    public private(set) var counts: [AnswerFate: Int] = [:]
    /// Requests refused with an exception: writes, addresses that the map does not have.
    public internal(set) var refused = 0
    /// Frames with a wrong checksum or for an address where nobody is.
    public internal(set) var ignored = 0

    mutating func note(_ fate: AnswerFate, _ points: [ServicePoint.ID], unit: UInt8, at moment: Moment) {
        counts[fate, default: 0] += 1
        if indexAnswers.count + points.count > LineRecord.mostAnswers {
            indexAnswers.removeFirst(LineRecord.mostAnswers / 2)
        }
        indexAnswers += points.map { IndexAnswer(point: $0, unit: unit, at: moment, fate: fate) }
    }
}
