/// What goes wrong on a line, drawn from the seed answer by answer.
public struct FaultPlan: Hashable, Sendable {
    /// Of 10,000 answers: swallowed, with a flipped bit, replaced by another unit's, sent after the time-out.
    public var lost: Int
    public var damaged: Int
    public var foreign: Int
    public var late: Int

    public static let none = FaultPlan(lost: 0, damaged: 0, foreign: 0, late: 0)
    /// Three answers in a thousand.
    public static let usual = FaultPlan(lost: 12, damaged: 9, foreign: 4, late: 5)

    public init(lost: Int, damaged: Int, foreign: Int, late: Int) {
        self.lost = lost
        self.damaged = damaged
        self.foreign = foreign
        self.late = late
    }

    func fate(_ random: inout SeededRandom) -> AnswerFate {
        var draw = random.integer(in: 0...9_999)
        for (share, fate) in [
            (lost, AnswerFate.lost), (damaged, .damaged), (foreign, .foreign), (late, .late),
        ] {
            if draw < share { return fate }
            draw -= share
        }
        return .intact
    }
}

/// What became of an answer on its way out of the simulator.
public enum AnswerFate: String, Hashable, Sendable, CaseIterable {
    case intact
    case lost
    /// With a flipped bit under a checksum that does not know of it.
    case damaged
    /// In its place came a frame of a unit that nobody asked.
    case foreign
    /// After every time-out.
    case late
    /// The unit has fallen silent.
    case silent
    /// The unit slept, and the request only woke it.
    case asleep
}
