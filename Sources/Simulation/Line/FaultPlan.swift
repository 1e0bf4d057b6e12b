public import Metering

/// What goes wrong on a line, drawn from the seed answer by answer; each number is out of 10,000 answers.
public struct FaultPlan: Hashable, Sendable {
    public var lost = 0
    /// With one to three flipped bits, or a burst of up to 16.
    public var damaged = 0
    /// A frame of a unit that nobody asked, instead.
    public var foreign = 0
    /// After every time-out.
    public var late = 0
    /// Twice, at once or after a while.
    public var duplicated = 0
    public var truncated = 0
    /// More or fewer registers than asked, under a right checksum.
    public var misfit = 0
    /// Noise before the right answer.
    public var noisy = 0
    /// Random data under the checksum of the right ones, which 16 bits let pass once in 65,536.
    public var scrambled = 0

    /// When nothing answers at all.
    public var dead: Range<Instant>?

    public static let none = FaultPlan()
    /// About four answers in a thousand.
    public static let usual: FaultPlan = {
        var plan = FaultPlan()
        (plan.lost, plan.damaged, plan.foreign, plan.late) = (12, 9, 4, 5)
        (plan.duplicated, plan.truncated, plan.misfit, plan.noisy) = (3, 3, 2, 3)
        return plan
    }()

    public init() {}

    /// Each kind that a checksum can catch, in equal shares of `total`.
    public static func evenly(_ total: Int) -> FaultPlan {
        var plan = FaultPlan()
        let share = total / 8
        (plan.lost, plan.damaged, plan.foreign, plan.late) = (share, share, share, share)
        (plan.duplicated, plan.truncated, plan.misfit, plan.noisy) = (share, share, share, share)
        return plan
    }

    /// Every answer goes wrong in one way.
    public static func always(_ fate: AnswerFate) -> FaultPlan {
        var plan = FaultPlan()
        for (path, kind) in shares where kind == fate { plan[keyPath: path] = 10_000 }
        return plan
    }

    private static var shares: [(WritableKeyPath<FaultPlan, Int>, AnswerFate)] {
        [
            (\.lost, .lost), (\.damaged, .damaged), (\.foreign, .foreign), (\.late, .late),
            (\.duplicated, .duplicated), (\.truncated, .truncated), (\.misfit, .misfit), (\.noisy, .noisy),
            (\.scrambled, .scrambled),
        ]
    }

    func fate(_ random: inout SeededRandom) -> AnswerFate {
        var draw = random.integer(in: 0...9_999)
        for (path, fate) in FaultPlan.shares {
            let share = self[keyPath: path]
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
    case damaged
    case foreign
    case late
    case duplicated
    case truncated
    case misfit
    case noisy
    case scrambled
    /// The unit has fallen silent.
    case silent
    /// The unit slept, and the request only woke it.
    case asleep
}
