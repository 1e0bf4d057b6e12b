import Decoding

/// What a line's owner remembers of one unit, and how it asks it.
struct UnitReader {
    /// How long scale registers are trusted: a day.
    private static let scaleSeconds: Int64 = 86_400
    /// How often one request is tried in a round.
    private static let tries = 2
    /// After so many silent rounds a unit gets a single try a round.
    private static let patience = 3

    let unit: PolledUnit
    private let planner: RequestPlanner
    private var image = RegisterImage()
    private var scaleReadAt: Moment?
    private var silentRounds = 0

    init(_ unit: PolledUnit) {
        self.unit = unit
        planner = RequestPlanner(profile: unit.model)
    }

    var isSilent: Bool { silentRounds > 0 }

    /// Reads the index, and before it whatever has to be known first.
    ///
    /// - Returns: the exchanges that brought the index, and everything known of the unit.
    mutating func read(over bus: any RegisterBus, now: Moment) async throws(BusError) -> (
        [Exchange], RegisterImage
    ) {
        do throws(BusError) {
            if needsScale(at: now) {
                try await readOnce(.identity, over: bus)
                try checkIdentity()
                try await readOnce(.scale, over: bus)
                scaleReadAt = now
            }
            let exchanges = try await readOnce(.index, over: bus)
            silentRounds = 0
            return (exchanges, image)
        } catch {
            if !error.isLineDown { silentRounds += 1 }
            // Whatever went wrong, the next answer must first prove that it comes from the right meter.
            scaleReadAt = nil
            throw error
        }
    }

    /// Reads the index alone, again.
    mutating func readAgain(over bus: any RegisterBus) async throws(BusError) -> ([Exchange], RegisterImage) {
        do throws(BusError) {
            return (try await readOnce(.index, over: bus), image)
        } catch {
            scaleReadAt = nil
            throw error
        }
    }

    private func needsScale(at now: Moment) -> Bool {
        guard let scaleReadAt, scaleReadAt <= now else { return true }
        return now - scaleReadAt >= .seconds(UnitReader.scaleSeconds)
    }

    private func checkIdentity() throws(BusError) {
        guard MeterDecoder(profile: unit.model).identityFits(in: image) else {
            throw BusError(
                .mismatch,
                "unit \(unit.unit) is no \(unit.model.id): its identity registers do not fit"
            )
        }
    }

    @discardableResult
    private mutating func readOnce(
        _ purpose: PollPurpose,
        over bus: any RegisterBus
    ) async throws(BusError) -> [Exchange] {
        var exchanges: [Exchange] = []
        for planned in planner.requests(for: purpose, channels: unit.channels) {
            let exchange = try await ask(planned.request, over: bus)
            do throws(RegisterDecodingError) {
                try image.record(planned.request, data: exchange.data)
            } catch {
                throw BusError(.mismatch, error.description)
            }
            exchanges.append(exchange)
        }
        return exchanges
    }

    private func ask(_ request: ReadRequest, over bus: any RegisterBus) async throws(BusError) -> Exchange {
        let tries = silentRounds >= UnitReader.patience ? 1 : UnitReader.tries
        var attempt = 1
        while true {
            do throws(BusError) {
                return try await bus.exchange(request, unit: unit.unit, manners: unit.model.link)
            } catch {
                guard attempt < tries, error.isWorthAnotherTry else { throw error }
                attempt += 1
            }
        }
    }
}
