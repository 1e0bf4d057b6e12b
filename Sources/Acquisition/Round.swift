import Metering

/// One round: who is due, who answered, and what the others said.
///
/// Everybody is asked once at first. Whoever failed is asked again, up to three times in all, those with the fewest tries
/// before the others; a unit that may still answer an earlier question waits while others are asked.
struct Round {
    /// How often a unit is asked in one round before it counts as silent.
    private static let mostTries = 3
    /// How often a unit may ask for patience; each time is a few seconds.
    private static let mostWaits = 6

    /// What to do next.
    enum Step: Equatable {
        case ask(UInt8)
        case wait(Duration)
    }

    /// Asked at first: those who answered the last time they were asked.
    private let usual: [UInt8]
    /// Those who have been silent, the one that was probed longest ago first.
    private let silent: [UInt8]
    private(set) var answered: [UInt8] = []
    private(set) var failed: [UInt8: BusError] = [:]
    private var tries: [UInt8: Int] = [:]
    private var waits: [UInt8: Int] = [:]
    /// When a unit that may still answer an earlier question can be asked.
    private var owedUntil: [UInt8: Moment] = [:]

    init(due: [UInt8], crew: Crew) {
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

    /// Whom to ask next; nil when the round is over.
    ///
    /// - Parameters:
    ///   - budget: asked before anybody is asked again, and for each that has been silent for longer.
    ///   - now: the present.
    /// - Returns: one step of one unit, to be reported back before the next is asked for.
    func next(_ budget: FailureBudget, at now: Moment) -> Step? {
        guard !isLineDown else { return nil }
        let open = usual.filter(isOpen)
        let fewest = open.map { tries[$0] ?? 0 }.min()
        let first = open.filter { tries[$0] ?? 0 == fewest }
        if let fewest, fewest == 0 || budget.allows(at: now) { return step(among: first, open, at: now) }
        let probe = silent.first { tries[$0] == nil && !answered.contains($0) }
        return probe.flatMap { budget.allows(at: now) ? .ask($0) : nil }
    }

    private func step(among first: [UInt8], _ open: [UInt8], at now: Moment) -> Step? {
        func isFree(_ unit: UInt8) -> Bool { owedUntil[unit].map { $0 <= now } ?? true }
        if let unit = first.first(where: isFree) ?? open.first(where: isFree) { return .ask(unit) }
        return open.compactMap { owedUntil[$0] }.min().map { .wait($0 - now) }
    }

    private func isOpen(_ unit: UInt8) -> Bool {
        guard !answered.contains(unit), tries[unit] ?? 0 < Round.mostTries, waits[unit] ?? 0 < Round.mostWaits
        else { return false }
        return failed[unit]?.isWorthAnotherTry ?? true
    }

    mutating func noteAnswer(of unit: UInt8) {
        failed[unit] = nil
        answered.append(unit)
    }

    mutating func noteFailure(of unit: UInt8, _ error: BusError, at now: Moment) {
        if case .owed(let wait) = error.code {
            owedUntil[unit] = now + wait
            waits[unit, default: 0] += 1
            // That it was not asked says less than what it failed with before.
            if failed[unit] == nil { failed[unit] = error }
            return
        }
        tries[unit, default: 0] += 1
        failed[unit] = error
    }
}
