import Metering

/// One round: who is due, who answered, and what the others said.
struct Round {
    /// Asked at first: those who answered the last time they were asked.
    private let usual: [UInt8]
    /// Those who have been silent, the one that was probed longest ago first.
    private(set) var silent: [UInt8]
    private(set) var answered: [UInt8] = []
    private(set) var failed: [UInt8: BusError] = [:]
    /// When a unit that may still answer an earlier question can be asked.
    private var owedUntil: [UInt8: Moment] = [:]

    init(due: [UInt8], crew: Crew, at now: Moment) {
        usual = due.filter { !crew.isSilent($0) }
        silent = due.filter(crew.isSilent).sorted { crew.probedAt($0) < crew.probedAt($1) }
    }

    var isEmpty: Bool { answered.isEmpty && failed.isEmpty }

    var isLineDown: Bool { failed.values.contains(where: \.isLineDown) }

    /// Whoever answered or could have.
    var asked: [UInt8] {
        answered + failed.filter { !$0.value.isLineDown && !$0.value.isOwed }.map(\.key)
    }

    func wasSilent(_ unit: UInt8) -> Bool { silent.contains(unit) }

    /// Whom this pass asks: everybody at first, then those whose failure is worth another try.
    func open(in pass: Int) -> [UInt8] {
        pass == 0 ? usual : usual.filter { failed[$0]?.isWorthAnotherTry ?? false }
    }

    /// Whether a unit is asked, or asked again, as far as failing may cost.
    func mayAsk(_ unit: UInt8, _ budget: inout FailureBudget, at now: Moment) -> Bool {
        failed[unit] == nil || budget.allows(at: now)
    }

    func wait(for unit: UInt8, at now: Moment) -> Duration? {
        guard let until = owedUntil[unit], until > now else { return nil }
        return until - now
    }

    mutating func noteAnswer(of unit: UInt8) {
        failed[unit] = nil
        answered.append(unit)
    }

    mutating func noteFailure(of unit: UInt8, _ error: BusError, at now: Moment) {
        if case .owed(let wait) = error.code { owedUntil[unit] = now + wait }
        // That it was not asked says less than what it failed with before.
        if error.isOwed, failed[unit] != nil { return }
        failed[unit] = error
    }
}
