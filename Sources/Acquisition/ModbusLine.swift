internal import CModbus
public import Decoding
import Glibc
public import Logging

/// The owner of one line: everything that is asked on it goes through this actor, one question after the other.
///
/// RTU has no transaction number, and libmodbus gives every raw TCP request the number 0: a late answer to an earlier
/// question looks like the answer to the next. So a wrong answer is made impossible to accept. Before each question
/// stale bytes are thrown away; an answer must match in unit, function and length. After a question without a good
/// answer the line must have been quiet for a whole time-out before the next one, since the answer may still be on its
/// way; over sockets the connection is closed, since nothing late can come over a new one. Only the repeated question
/// to a meter that sleeps does not wait: its right answer is the same.
public actor ModbusLine: RegisterBus {
    /// How long libmodbus itself waits for the rest of a frame that has begun.
    private static let byteTimeoutMicroseconds: UInt32 = 200_000
    /// The longest pause before a lost line is tried again, in seconds.
    private static let longestBackOff: Int64 = 60
    /// How often a babbling line is listened to before it is given up.
    private static let mostDrains = 10

    private let thread: LineThread
    private let settings: LineSettings
    private let clock: any LineClock
    private let logger: Logger
    private var connection: ModbusConnection?
    private var failures: Int64 = 0
    private var retryAt: Moment?
    private var quietSince: Moment
    /// Since when an answer may still be on its way that nobody waits for any more; nil for never.
    private var owedSince: Moment?
    /// How often bytes were thrown away that answered nothing.
    public private(set) var discarded = 0

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    public init(_ settings: LineSettings, clock: any LineClock, logger: Logger) {
        thread = LineThread(label: "mizumori.\(settings.id)")
        self.settings = settings
        self.clock = clock
        self.logger = logger
        quietSince = clock.now()
    }

    isolated deinit {
        connection = nil
    }

    public func exchange(
        _ request: ReadRequest,
        unit: UInt8,
        manners: LinkManners
    ) async throws(BusError) -> Exchange {
        var wakeups = manners.wakeupRetries
        var isRepeated = false
        // A host that started anew since the last question shows only when it is asked.
        var mayReopen = connection != nil
        while true {
            do throws(BusError) {
                let connection = try open()
                if !isRepeated { try settle(connection, for: timeout(manners)) }
                return try ask(request, unit, manners, over: connection)
            } catch {
                recover(from: error)
                if error.code == .unreachable, mayReopen {
                    mayReopen = false
                    continue
                }
                guard error.isSilence, wakeups > 0 else { throw error }
                wakeups -= 1
                isRepeated = true
            }
        }
    }

    private func ask(
        _ request: ReadRequest,
        _ unit: UInt8,
        _ manners: LinkManners,
        over connection: ModbusConnection
    ) throws(BusError) -> Exchange {
        try keepSilence(on: connection, for: manners)
        let asked = clock.now()
        let sent = try connection.send(request, unit: unit)
        clock.pause(for: settings.wireTime(characters: sent.count))
        let timeout = timeout(manners)
        guard clock.awaitInput(on: connection.descriptor, for: timeout) else {
            throw BusError(.timeout, "unit \(unit) did not answer within \(timeout.microseconds / 1_000) ms")
        }
        let began = clock.now()
        let reply = try connection.receive(from: unit)
        // Where time is simulated, the bytes took none to come.
        pause(for: settings.wireTime(characters: reply.count), since: began)
        let answered = clock.now()
        quietSince = answered
        let data = try Frame.data(of: reply, answering: request, unit: unit, isRTU: settings.isRTU)
        return Exchange(asked: asked, answered: answered, request: sent, reply: reply, data: data)
    }

    private func timeout(_ manners: LinkManners) -> Duration {
        max(settings.responseTimeout, .milliseconds(manners.responseTimeoutMilliseconds))
    }

    /// Waits out an answer that may still be on its way.
    private func settle(_ connection: ModbusConnection, for quiet: Duration) throws(BusError) {
        guard let owedSince else { return }
        var since = owedSince
        for _ in 0..<ModbusLine.mostDrains {
            discardInput(of: connection)
            guard clock.awaitInput(on: connection.descriptor, for: rest(of: quiet, since: since)) else {
                self.owedSince = nil
                return
            }
            since = clock.now()
            guard connection.isAlive else { throw BusError(.unreachable, "\(settings.place) was lost") }
        }
        throw BusError(.damaged, "\(settings.place) does not become quiet")
    }

    /// Parts this frame from the last one by 3.5 characters and the unit's own turn-around.
    private func keepSilence(on connection: ModbusConnection, for manners: LinkManners) throws(BusError) {
        let silence = max(settings.silence, .milliseconds(manners.turnaroundMilliseconds))
        for _ in 0..<ModbusLine.mostDrains {
            pause(for: silence, since: quietSince)
            guard discardInput(of: connection) else { return }
        }
        throw BusError(.damaged, "\(settings.place) does not become quiet")
    }

    /// - Returns: whether there was anything.
    @discardableResult
    private func discardInput(of connection: ModbusConnection) -> Bool {
        let count = connection.drain()
        guard count > 0 else { return false }
        discarded += 1
        quietSince = clock.now()
        logger.debug(
            "Discarded bytes that answer nothing",
            metadata: ["path.id": "\(settings.id)", "bytes": "\(count)"]
        )
        return true
    }

    private func pause(for duration: Duration, since: Moment) {
        let rest = rest(of: duration, since: since)
        if rest > .zero { clock.pause(for: rest) }
    }

    /// What is left of `duration`; all of it when the machine's time was set back meanwhile.
    private func rest(of duration: Duration, since: Moment) -> Duration {
        max(.zero, duration - max(.zero, clock.now() - since))
    }

    private func recover(from error: BusError) {
        quietSince = clock.now()
        switch error.code {
        case .exception: return
        case .timeout, .mismatch, .damaged:
            if settings.isRTU { owedSince = clock.now() }
            if !settings.isSerial { connection = nil }
        case .unreachable, .taken: connection = nil
        }
    }

    /// The open connection, or a new one once the back-off after the last failure is over.
    private func open() throws(BusError) -> ModbusConnection {
        if let connection, connection.isAlive { return connection }
        connection = nil
        // A time further away than the longest pause was made before the machine's time was set back.
        if let retryAt, clock.now() < retryAt, retryAt - clock.now() <= .seconds(ModbusLine.longestBackOff) {
            throw BusError(.unreachable, "\(settings.place) is not tried again yet")
        }
        do throws(BusError) {
            let opened = try ModbusConnection(
                settings,
                byteTimeoutMicroseconds: ModbusLine.byteTimeoutMicroseconds
            )
            connection = opened
            failures = 0
            retryAt = nil
            return opened
        } catch {
            failures += 1
            let seconds = min(ModbusLine.longestBackOff, 1 << min(failures - 1, 6))
            retryAt = clock.now() + .seconds(seconds)
            throw error
        }
    }
}

extension LineSettings {
    var isSerial: Bool {
        if case .serial = transport { true } else { false }
    }

    /// Where the line is, for messages.
    var place: String {
        switch transport {
        case .serial(let serial): serial.device
        case .tcp(let host, let port), .rtuOverTCP(let host, let port): "\(host):\(port)"
        }
    }
}
