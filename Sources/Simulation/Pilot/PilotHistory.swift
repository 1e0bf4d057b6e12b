public import Acquisition
public import Gateway
public import Logging
public import Metering
import ServiceLifecycle
import Storage

/// Lets a station live through history at the speed of the machine, as it would on site.
///
/// Every service of the station runs as it always does: it polls real bytes off pseudo-terminals, pulls over HTTP,
/// writes the real store and sends by SMTP. Only the clocks are virtual.
public struct PilotHistory: Sendable {
    private let pilot: SimulatedPilot
    private let station: Station
    private let logger: Logger

    /// - Parameters:
    ///   - pilot: the water, the lines.
    ///   - station: whose configuration names the feed's and the mail server's ports.
    ///   - logger: the station's own.
    public init(_ pilot: SimulatedPilot, station: Station, logger: Logger) {
        self.pilot = pilot
        self.station = station
        self.logger = logger
    }

    /// Runs from one instant to another.
    ///
    /// - Parameters:
    ///   - span: from where to where.
    ///   - feedPort: where the feed's server listens while history runs.
    ///   - progress: told each simulated midnight.
    /// - Throws: what ended a service before its time.
    public func run(
        _ span: Range<Instant>,
        feedPort: Int,
        progress: @escaping @Sendable (LocalDay) async -> Void
    ) async throws {
        let time = VirtualTime(startingAt: span.lowerBound)
        let feedTime = time.participant(named: "feed")
        let feed = pilot.feed(now: feedTime.now)
        var services: [any Service] = []
        for (settings, line) in pilot.lines { services.append(polling(settings, line, time)) }
        if let pulling = station.pulling(
            duties: [.readings],
            clock: feedTime.clock,
            now: feedTime.now
        ) {
            services.append(feedTime.hosting(pulling))
        } else {
            feedTime.finish()
        }
        let outboxTime = time.participant(named: "outbox")
        if let outbox = station.outbox(clock: outboxTime.clock, now: outboxTime.now) {
            services.append(outboxTime.hosting(outbox))
        } else {
            outboxTime.finish()
        }
        services.append(fitter(time, span))
        services.append(narrator(time, progress))
        try await live(services, feed, feedPort, time, until: span.upperBound)
    }

    private func live(
        _ services: [any Service],
        _ feed: SimulatedFeed,
        _ feedPort: Int,
        _ time: VirtualTime,
        until end: Instant
    ) async throws {
        let port = ListeningPort()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await feed.server(port: feedPort, ready: { port.announce($0) }).run() }
            _ = await port.number()
            for service in services { group.addTask { try await service.run() } }
            await time.run(until: end)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    private func polling(_ settings: LineSettings, _ line: SimulatedLine, _ time: VirtualTime) -> any Service
    {
        let participant = time.participant(named: settings.id.rawValue)
        let clock = participant.lineClock(for: line)
        let bus = LineQueue(ModbusLine(settings.opening(line.devicePath), clock: clock, logger: logger))
        return participant.hosting(
            station.polling(of: settings, over: bus, clock: participant.clock, now: { clock.now() })
        )
    }

    /// Somebody who announces each exchange half an hour after it was made.
    private func fitter(_ time: VirtualTime, _ span: Range<Instant>) -> any Service {
        let participant = time.participant(named: "fitter")
        let exchanges = pilot.neighbourhood.truth.exchanges.filter { span.contains($0.at) }.sorted {
            $0.at < $1.at
        }
        return participant.hosting(
            Walk(
                stops: exchanges.map { exchange in
                    (
                        exchange.at + 1_800,
                        { [store = station.store] in
                            _ = try await store.record(exchange, by: "fitter", at: exchange.at + 1_800)
                        }
                    )
                },
                participant: participant
            )
        )
    }

    private func narrator(
        _ time: VirtualTime,
        _ progress: @escaping @Sendable (LocalDay) async -> Void
    ) -> any Service {
        let participant = time.participant(named: "narrator")
        return participant.hosting(Narrator(participant: participant, progress: progress))
    }
}

/// Does one thing after the other, each at its instant.
private struct Walk: Service {
    let stops: [(at: Instant, act: @Sendable () async throws -> Void)]
    let participant: Participant

    func run() async throws {
        for stop in stops {
            let wait = stop.at - participant.now()
            if wait > 0 {
                do { try await participant.clock.sleep(for: .seconds(wait)) } catch { return }
            }
            try await stop.act()
        }
    }
}

/// Tells each midnight.
private struct Narrator: Service {
    let participant: Participant
    let progress: @Sendable (LocalDay) async -> Void

    func run() async throws {
        while true {
            let now = participant.now()
            let day = LocalDay(containing: now)
            await progress(day)
            let wait = day.advanced(by: 1).start - now
            do { try await participant.clock.sleep(for: .seconds(wait)) } catch { return }
        }
    }
}

extension LineSettings {
    /// The same line at another device.
    public func opening(_ device: String) -> LineSettings {
        guard case .serial(let serial) = transport else {
            return over(.serial(SerialSettings(device: device)))
        }
        return over(.serial(serial.at(device)))
    }
}
