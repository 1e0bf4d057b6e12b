public import Decoding
import Metering

/// Asks one unit on behalf of a person: in order, with patience, and keeps everything that went over the wire.
public struct Interview: Sendable {
    /// How often a question is repeated that was not answered.
    public static let usualTries = 3

    private let bus: any RegisterBus
    private let unit: UInt8
    private let model: MeterProfile
    private let clock: any Clock<Duration>
    private let priority: LinePriority
    public private(set) var image = RegisterImage()
    public private(set) var exchanges: [Exchange] = []

    /// - Parameters:
    ///   - bus: the line.
    ///   - unit: who is asked.
    ///   - model: how it wants to be asked.
    ///   - clock: what is slept on while an earlier answer may still come.
    ///   - priority: a person's, unless it is a search.
    public init(
        over bus: any RegisterBus,
        unit: UInt8,
        model: MeterProfile,
        clock: any Clock<Duration> = ContinuousClock(),
        priority: LinePriority = .person
    ) {
        self.bus = bus
        self.unit = unit
        self.model = model
        self.clock = clock
        self.priority = priority
    }

    /// Reads everything that a purpose needs.
    public mutating func read(_ purpose: PollPurpose, channels: Set<Int>, cost: WireCost)
        async throws(BusError)
    {
        for planned in RequestPlanner(profile: model, cost: cost).requests(for: purpose, channels: channels) {
            try await read(planned.request, alternatives: planned.alternatives)
        }
    }

    /// Reads one request.
    public mutating func read(
        _ request: ReadRequest,
        alternatives: [ReadRequest] = [],
        tries: Int = Interview.usualTries
    )
        async throws(BusError)
    {
        let question = Question(
            request,
            of: unit,
            alternatives: alternatives,
            manners: model.link,
            priority: priority
        )
        var left = tries
        while true {
            do throws(BusError) {
                let exchange = try await bus.exchange(question)
                exchanges.append(exchange)
                try record(exchange)
                return
            } catch {
                if case .owed(let wait) = error.code {
                    guard (try? await clock.sleep(for: wait)) != nil else { throw error }
                    continue
                }
                left -= 1
                guard left > 0, error.isWorthAnotherTry else { throw error }
            }
        }
    }

    private mutating func record(_ exchange: Exchange) throws(BusError) {
        do throws(RegisterDecodingError) {
            try image.record(exchange.read, data: exchange.data)
        } catch {
            throw BusError(.mismatch, error.description, received: exchange.reply)
        }
    }
}
