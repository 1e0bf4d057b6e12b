import Decoding
import Metering

/// What a line's owner remembers of one unit, and how it asks it.
struct UnitReader {
    /// How long identity and scale are trusted beyond the time of their renewal, which comes after an index.
    private static let graceSeconds = 3_600
    /// How long where the model asks that they be left alone.
    private static let longestTrustSeconds = 30 * 86_400
    /// How long what one attempt brought holds for the next.
    private static let attemptsLast = Duration.seconds(60)

    let unit: PolledUnit
    private let planner: RequestPlanner
    private let decoder: MeterDecoder
    private var image = RegisterImage()
    private var serial: String?
    /// Since when identity and scale are known; nil while the unit's next answer has to prove itself first.
    private var trustedAt: Moment?
    private var restReadAt: Moment?
    /// States that an attempt brought before its index failed, so that the next need not ask for them again.
    private var states: (exchanges: [Exchange], at: Moment)?
    /// How many rounds in a row it did not answer.
    private(set) var silentRounds = 0
    private(set) var probedAt: Moment?

    init(_ unit: PolledUnit, cost: WireCost) {
        self.unit = unit
        planner = RequestPlanner(profile: unit.model, cost: cost)
        decoder = MeterDecoder(profile: unit.model)
    }

    var isSilent: Bool { silentRounds > 0 }

    /// Reads the index, and before it whatever has to be known first.
    ///
    /// The index comes last: once it is there, nothing that goes wrong can lose it.
    ///
    /// - Returns: the exchanges that brought the index, and everything known of the unit.
    mutating func readIndex(on path: PolledPath, over bus: any RegisterBus, now: Moment)
        async throws(BusError)
        -> UnitAnswer
    {
        probedAt = now
        do throws(BusError) {
            var exchanges: [Exchange] = []
            if !isTrusted(at: now) {
                exchanges += try await introduce(over: bus)
                trustedAt = now
            }
            if !isFresh(states?.at, at: now) {
                states = (try await read(planned(ofValues: false), over: bus, priority: .index), now)
            }
            exchanges += states?.exchanges ?? []
            exchanges += try await read(planned(ofValues: true), over: bus, priority: .index)
            states = nil
            return answer(path, exchanges, isConfirmation: false)
        } catch {
            // Whatever went wrong, the next answer must first prove that it comes from the right meter, unless it just did.
            if !error.isOwed, !isFresh(trustedAt, at: now) || error.code == .stranger { trustedAt = nil }
            throw error
        }
    }

    /// Reads the index alone, again.
    mutating func readAgain(on path: PolledPath, over bus: any RegisterBus) async throws(BusError)
        -> UnitAnswer
    {
        do throws(BusError) {
            let all = planned(ofValues: false) + planned(ofValues: true)
            let exchanges = try await read(all, over: bus, priority: .index, isCautious: true)
            return answer(path, exchanges, isConfirmation: true)
        } catch {
            trustedAt = nil
            throw error
        }
    }

    /// Reads slow states, and identity and scale anew, when they are due.
    ///
    /// - Returns: nil when nothing was due.
    mutating func readRest(on path: PolledPath, over bus: any RegisterBus, now: Moment) async throws(BusError)
        -> UnitAnswer?
    {
        let period = Duration.seconds(unit.model.polling.statusSeconds)
        // Half a round early is due as well, or each renewal would come a round later than the last.
        guard period > .zero, restReadAt.map({ now - $0 >= period - unit.interval / 2 || $0 > now }) ?? true
        else {
            return nil
        }
        restReadAt = now
        let states = try await read(planned(for: .status), over: bus, priority: .upkeep)
        if let trustedAt, now - trustedAt >= period / 2 {
            try await introduce(over: bus, priority: .upkeep)
            self.trustedAt = now
        }
        return states.isEmpty ? nil : answer(path, states, isConfirmation: false)
    }

    mutating func noteRound(isAnswered: Bool) {
        silentRounds = isAnswered ? 0 : silentRounds + 1
    }

    private func isTrusted(at now: Moment) -> Bool {
        guard let trustedAt, trustedAt <= now else { return false }
        let period = unit.model.polling.statusSeconds
        let seconds = period > 0 ? period + UnitReader.graceSeconds : UnitReader.longestTrustSeconds
        return now - trustedAt < .seconds(seconds)
    }

    private func answer(_ path: PolledPath, _ exchanges: [Exchange], isConfirmation: Bool) -> UnitAnswer {
        UnitAnswer(
            path: path.id,
            unit: unit.unit,
            exchanges: exchanges,
            image: image,
            serial: serial,
            isConfirmation: isConfirmation
        )
    }

    @discardableResult
    private mutating func introduce(over bus: any RegisterBus, priority: LinePriority = .index)
        async throws(BusError)
        -> [Exchange]
    {
        var exchanges = try await read(planned(for: .identity), over: bus, priority: priority)
        guard decoder.identityFits(in: image) else {
            throw BusError(
                .stranger,
                "unit \(unit.unit) is no \(unit.model.id): its identity registers do not fit",
                received: exchanges.last?.reply ?? []
            )
        }
        serial = decoder.serial(in: image)
        exchanges += try await read(planned(for: .scale), over: bus, priority: priority)
        return exchanges
    }

    private func planned(for purpose: PollPurpose) -> [PlannedRequest] {
        planner.requests(for: purpose, channels: unit.channels)
    }

    /// What every round asks for: the requests that bring the index, or those that bring nothing but states.
    private func planned(ofValues: Bool) -> [PlannedRequest] {
        planned(for: .index).filter { planner.bringsIndex($0.request, unit.channels) == ofValues }
    }

    private func isFresh(_ moment: Moment?, at now: Moment) -> Bool {
        guard let moment, moment <= now else { return false }
        return now - moment < UnitReader.attemptsLast
    }

    private mutating func read(
        _ requests: [PlannedRequest],
        over bus: any RegisterBus,
        priority: LinePriority,
        isCautious: Bool = false
    ) async throws(BusError) -> [Exchange] {
        var exchanges: [Exchange] = []
        for planned in requests {
            let exchange = try await bus.exchange(
                Question(
                    planned.request,
                    of: unit.unit,
                    alternatives: planned.alternatives,
                    manners: unit.model.link,
                    priority: priority,
                    isCautious: isCautious
                )
            )
            do throws(RegisterDecodingError) {
                try image.record(exchange.read, data: exchange.data)
            } catch {
                throw BusError(.mismatch, error.description, received: exchange.reply)
            }
            exchanges.append(exchange)
        }
        return exchanges
    }
}

/// The line to which an answer belongs.
struct PolledPath {
    let id: Path.ID
}

extension BusError {
    /// Whether the question was not asked at all.
    var isOwed: Bool {
        if case .owed = code { true } else { false }
    }
}
