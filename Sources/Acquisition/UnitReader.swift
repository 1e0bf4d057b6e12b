import Decoding
import Metering

/// What a line's owner remembers of one unit, and how it asks it.
struct UnitReader {
    /// How long identity and scale are trusted beyond the time of their renewal, which comes after an index.
    private static let graceSeconds = 3_600
    /// How long where the model asks that they be left alone.
    private static let longestTrustSeconds = 30 * 86_400

    let unit: PolledUnit
    private let planner: RequestPlanner
    private let decoder: MeterDecoder
    private var image = RegisterImage()
    private var serial: String?
    /// Since when identity and scale are known; nil while the unit's next answer has to prove itself first.
    private var trustedAt: Moment?
    private var restReadAt: Moment?
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
            exchanges += try await read(.index, over: bus, priority: .index)
            return answer(path, exchanges, isConfirmation: false)
        } catch {
            // Whatever went wrong, the next answer must first prove that it comes from the right meter.
            if !error.isOwed { trustedAt = nil }
            throw error
        }
    }

    /// Reads the index alone, again.
    mutating func readAgain(on path: PolledPath, over bus: any RegisterBus) async throws(BusError)
        -> UnitAnswer
    {
        do throws(BusError) {
            let exchanges = try await read(.index, over: bus, priority: .index, isCautious: true)
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
        let states = try await read(.status, over: bus, priority: .upkeep)
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
        var exchanges = try await read(.identity, over: bus, priority: priority)
        guard decoder.identityFits(in: image) else {
            throw BusError(
                .stranger,
                "unit \(unit.unit) is no \(unit.model.id): its identity registers do not fit",
                received: exchanges.last?.reply ?? []
            )
        }
        serial = decoder.serial(in: image)
        exchanges += try await read(.scale, over: bus, priority: priority)
        return exchanges
    }

    private mutating func read(
        _ purpose: PollPurpose,
        over bus: any RegisterBus,
        priority: LinePriority,
        isCautious: Bool = false
    ) async throws(BusError) -> [Exchange] {
        var exchanges: [Exchange] = []
        for planned in planner.requests(for: purpose, channels: unit.channels) {
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
