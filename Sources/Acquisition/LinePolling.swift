public import Logging
import Metering
public import ServiceLifecycle

/// Polls one line for ever, in rounds on the grid of each unit's interval.
///
/// A round asks for the index of every unit first; then once and again those that did not answer; then, as far as the
/// line's budget for failures goes, those that have been silent for longer, the one that was probed longest ago first.
/// When the round has been judged, states and scales are read that change slowly. A poll is done when `deliver` has
/// returned, and not before: by then its data are synced. A round that took longer than its interval skips the rounds it
/// missed.
public struct LinePolling: Service {
    /// The longest single sleep, so that a change of the machine's time or of the roster is noticed.
    private static let longestSleep = Duration.seconds(60)

    private let line: LineSettings
    private let bus: any RegisterBus
    private let roster: @Sendable () -> PollRoster
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Moment
    private let deliver: @Sendable (UnitAnswer) async throws -> DeliveryVerdict
    private let roundEnded: @Sendable (RoundReport) async throws -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - line: its settings.
    ///   - bus: the line itself.
    ///   - roster: who is asked, in this order; looked up before each round, so that it may change at any time.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    ///   - deliver: keeps an answer; returns when it is synced.
    ///   - roundEnded: told after every round, also when nobody answered.
    ///   - logger: told of every change once.
    public init(
        _ line: LineSettings,
        over bus: any RegisterBus,
        roster: @escaping @Sendable () -> PollRoster,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Moment,
        deliver: @escaping @Sendable (UnitAnswer) async throws -> DeliveryVerdict,
        roundEnded: @escaping @Sendable (RoundReport) async throws -> Void,
        logger: Logger
    ) {
        self.line = line
        self.bus = bus
        self.roster = roster
        self.clock = clock
        self.now = now
        self.deliver = deliver
        self.roundEnded = roundEnded
        self.logger = logger
    }

    public func run() async throws {
        var crew = Crew(line: line, at: now())
        while !Task.isEnding {
            crew.update(roster(), at: now())
            if crew.isDue(at: now()) {
                await round(crew.takeDue(at: now()), &crew)
                crew.skipMissed(at: now())
            } else {
                let wait = crew.wait(from: now()) ?? LinePolling.longestSleep
                do {
                    try await clock.sleepUnlessEnding(for: min(wait, LinePolling.longestSleep))
                } catch {
                    return
                }
            }
        }
    }

    /// A shutdown ends a round between two units, so that what was answered is also kept.
    private func round(_ due: [UInt8], _ crew: inout Crew) async {
        guard !due.isEmpty else { return }
        let began = now()
        var round = Round(due: due, crew: crew)
        while !Task.isEnding, let step = round.next(crew.budget, at: now()) {
            switch step {
            case .ask(let unit): await poll(unit, &round, &crew)
            case .wait(let duration):
                do { try await clock.sleepUnlessEnding(for: duration) } catch { break }
            }
        }
        guard !round.isEmpty else { return }
        for unit in round.asked { crew.noteRound(of: unit, isAnswered: round.answered.contains(unit)) }
        note(round, &crew)
        await close(round, began)
        await readRest(of: round.answered, &crew)
    }

    private func poll(_ unit: UInt8, _ round: inout Round, _ crew: inout Crew) async {
        let began = now()
        do throws(BusError) {
            guard let answer = try await crew.readIndex(of: unit, over: bus, now: began) else { return }
            round.noteAnswer(of: unit)
            if await handOver(answer) == .confirm { await confirm(unit, &crew) }
        } catch {
            round.noteFailure(of: unit, error, at: now())
            if !error.isOwed { crew.budget.spend(now() - began, at: now()) }
        }
    }

    /// Looks again at an index that seemed wrong; without a second answer the first stays unconfirmed.
    private func confirm(_ unit: UInt8, _ crew: inout Crew) async {
        do throws(BusError) {
            guard let answer = try await crew.readAgain(unit, over: bus) else { return }
            await handOver(answer)
        } catch {
            logger.debug("An index could not be read again", metadata: metadata(unit, error))
        }
    }

    private func readRest(of units: [UInt8], _ crew: inout Crew) async {
        for unit in units where !Task.isEnding && !crew.isDue(at: now()) {
            do throws(BusError) {
                guard let answer = try await crew.readRest(of: unit, over: bus, now: now()) else { continue }
                await handOver(answer)
            } catch {
                logger.debug("States could not be read", metadata: metadata(unit, error))
            }
        }
    }

    private func close(_ round: Round, _ due: Moment) async {
        let report = RoundReport(
            path: line.id,
            due: due,
            endedAt: now().instant,
            answered: round.answered,
            failed: round.failed
        )
        do {
            try await roundEnded(report)
        } catch {
            logger.error(
                "The round could not be judged",
                metadata: ["path.id": "\(line.id)", "error": "\(error)"]
            )
        }
    }

    /// Logs what changed with this round: units and the line, each once.
    private func note(_ round: Round, _ crew: inout Crew) {
        if round.isLineDown != crew.isLost {
            crew.isLost = round.isLineDown
            if let error = round.failed.values.first(where: \.isLineDown) {
                logger.warning("Line is lost", metadata: ["path.id": "\(line.id)", "error": "\(error)"])
            } else {
                logger.notice("Line is back", metadata: ["path.id": "\(line.id)"])
            }
        }
        for unit in round.answered where round.wasSilent(unit) {
            logger.notice("Unit answers again", metadata: metadata(unit))
        }
        for (unit, error) in round.failed.sorted(by: { $0.key < $1.key })
        where !error.isLineDown && !round.wasSilent(unit) {
            logger.warning("Unit does not answer", metadata: metadata(unit, error))
        }
    }

    /// Gives an answer away to be kept.
    ///
    /// One that can't be kept is lost, and said to be lost; it was never done.
    @discardableResult
    private func handOver(_ answer: UnitAnswer) async -> DeliveryVerdict? {
        do {
            let verdict = try await deliver(answer)
            logger.debug("Poll done", metadata: metadata(answer.unit))
            return verdict
        } catch {
            logger.error("An answer could not be stored", metadata: metadata(answer.unit, error))
            return nil
        }
    }

    private func metadata(_ unit: UInt8, _ error: (any Error)? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["path.id": "\(line.id)", "unit": "\(unit)"]
        if let error { metadata["error"] = "\(error)" }
        return metadata
    }
}
