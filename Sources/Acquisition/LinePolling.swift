public import Logging
public import Metering
public import ServiceLifecycle

/// Polls one line for ever: every unit once a round, rounds on the grid of the interval.
///
/// A poll is done when `deliver` has returned, and not before: by then its data are synced. A unit that doesn't answer
/// costs its own tries and nothing else; a round that took longer than the interval skips the rounds it missed.
public struct LinePolling: Service {
    private let path: Path.ID
    private let bus: any RegisterBus
    private let units: [PolledUnit]
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Moment
    private let deliver: @Sendable (UnitAnswer) async throws -> DeliveryVerdict
    private let roundEnded: @Sendable (RoundReport) async throws -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - path: the line's name.
    ///   - bus: the line.
    ///   - units: who is asked, in this order.
    ///   - interval: the grid, counted from 1970 in UTC; an hour means every full hour.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    ///   - deliver: keeps an answer; returns when it is synced.
    ///   - roundEnded: told after every round, also when nobody answered.
    ///   - logger: told of every change once.
    public init(
        path: Path.ID,
        bus: any RegisterBus,
        units: [PolledUnit],
        interval: Duration,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Moment,
        deliver: @escaping @Sendable (UnitAnswer) async throws -> DeliveryVerdict,
        roundEnded: @escaping @Sendable (RoundReport) async throws -> Void,
        logger: Logger
    ) {
        self.path = path
        self.bus = bus
        self.units = units
        self.interval = interval
        self.clock = clock
        self.now = now
        self.deliver = deliver
        self.roundEnded = roundEnded
        self.logger = logger
    }

    public func run() async throws {
        var readers = units.map(UnitReader.init)
        let grid = Grid(interval: interval)
        var isLost = false
        while await grid.sleepUntilNext(on: clock, now: now) {
            await round(&readers, &isLost)
        }
    }

    /// Asks every unit once and tells how it went.
    ///
    /// A shutdown ends it between two units, so that what was answered is also kept.
    private func round(_ readers: inout [UnitReader], _ isLost: inout Bool) async {
        var answered: [UInt8] = []
        var failed: [UInt8: BusError] = [:]
        for index in readers.indices where !Task.isEnding {
            let unit = readers[index].unit.unit
            let wasSilent = readers[index].isSilent
            do throws(BusError) {
                try await poll(&readers[index])
                answered.append(unit)
                note(isLost: false, &isLost)
                if wasSilent { logger.notice("Unit answers again", metadata: metadata(unit)) }
            } catch {
                failed[unit] = error
                if error.isLineDown {
                    note(isLost: true, &isLost, error)
                } else if !wasSilent {
                    logger.warning("Unit does not answer", metadata: metadata(unit, error))
                }
            }
        }
        guard !answered.isEmpty || !failed.isEmpty else { return }
        await close(RoundReport(path: path, endedAt: now().instant, answered: answered, failed: failed))
    }

    private func close(_ report: RoundReport) async {
        do {
            try await roundEnded(report)
        } catch {
            logger.error(
                "The round could not be judged",
                metadata: ["path.id": "\(path)", "error": "\(error)"]
            )
        }
    }

    /// Logs a line that was lost or came back, once.
    private func note(isLost: Bool, _ wasLost: inout Bool, _ error: BusError? = nil) {
        defer { wasLost = isLost }
        guard isLost != wasLost else { return }
        if let error {
            logger.warning("Line is lost", metadata: ["path.id": "\(path)", "error": "\(error)"])
        } else {
            logger.notice("Line is back", metadata: ["path.id": "\(path)"])
        }
    }

    private func poll(_ reader: inout UnitReader) async throws(BusError) {
        let unit = reader.unit.unit
        let (exchanges, image) = try await reader.read(over: bus, now: now())
        let answer = UnitAnswer(path: path, unit: unit, exchanges: exchanges, image: image)
        guard await handOver(answer) == .confirm else { return }
        await confirm(&reader)
    }

    /// Looks again at an index that seemed wrong; without a second answer the first stays unconfirmed.
    private func confirm(_ reader: inout UnitReader) async {
        let unit = reader.unit.unit
        do throws(BusError) {
            let (exchanges, image) = try await reader.readAgain(over: bus)
            await handOver(
                UnitAnswer(path: path, unit: unit, exchanges: exchanges, image: image, isConfirmation: true)
            )
        } catch {
            logger.debug("An index could not be read again", metadata: metadata(unit, error))
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
        var metadata: Logger.Metadata = ["path.id": "\(path)", "unit": "\(unit)"]
        if let error { metadata["error"] = "\(error)" }
        return metadata
    }
}
