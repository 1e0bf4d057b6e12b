internal import CModbus
import Decoding
public import Logging
import Metering

/// The owner of one line: it asks one question after the other, and believes no answer that could be another's.
///
/// Before each question the line has been silent for as long as its frames and the unit's manners ask, and what came
/// meanwhile was thrown away. The answer is looked for among whatever comes (`ReplyScanner`). Which questions may be
/// asked at all, and in which length, the `AnswerBook` says. How long a unit is waited for is learned from its answers
/// (`Turnaround`). A device or host that is lost is opened again, after pauses that grow to a minute.
public actor ModbusLine: RegisterBus {
    /// How often a babbling line is listened to before it is given up.
    private static let mostDrains = 10
    /// A frame has ended when nothing came for so long: adapters on USB hand bytes over in lumps, 16 ms apart.
    private static let shortestGap = Duration.milliseconds(50)
    /// A host that accepts connections and says nothing for so many questions is connected to anew.
    private static let mostSilences = 3

    private let thread: LineThread
    private let settings: LineSettings
    private let clock: any LineClock
    private let logger: Logger
    private let observe: @Sendable (LineEvent) -> Void
    private var connection: ModbusConnection?
    private var book: AnswerBook
    private var turnarounds: [UInt8: Turnaround] = [:]
    private var heardFrom: [UInt8: Moment] = [:]
    private var quietSince: Moment
    private var askedAt: Moment
    private var silences = 0
    private var backOff = BackOff()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - settings: of the line.
    ///   - clock: its time.
    ///   - logger: told of bytes that answer nothing.
    ///   - observe: told of every attempt, on the line's own thread; must not block.
    public init(
        _ settings: LineSettings,
        clock: any LineClock,
        logger: Logger,
        observe: @escaping @Sendable (LineEvent) -> Void = { _ in }
    ) {
        thread = LineThread(label: "mizumori.\(settings.id)")
        self.settings = settings
        self.clock = clock
        self.logger = logger
        self.observe = observe
        book = AnswerBook(horizon: settings.lateAnswers)
        quietSince = clock.now()
        askedAt = quietSince
    }

    isolated deinit {
        connection = nil
    }

    public func exchange(_ question: Question) async throws(BusError) -> Exchange {
        // A host that started anew since the last question shows only when it is asked.
        var mayReopen = connection != nil
        while true {
            do throws(BusError) {
                return try exchangeOnce(question)
            } catch {
                forgetConnection(after: error)
                guard error.code == .unreachable, mayReopen else { throw error }
                mayReopen = false
            }
        }
    }

    private func exchangeOnce(_ question: Question) throws(BusError) -> Exchange {
        let connection = try open()
        let now = clock.now()
        try readStrays(connection)
        // A transaction number tells answers apart by itself.
        let choice =
            settings.isRTU ? book.choose(question, at: now) : .ask(question.request, isWatched: false)
        switch choice {
        case .wait(let duration):
            throw BusError(.owed(duration), "unit \(question.unit) may still answer an earlier question")
        case .ask(let request, let isWatched):
            return try wake(question, request, isWatched, over: connection)
        }
    }

    /// Asks until the unit is awake; all those requests are one question, which begins with the first.
    private func wake(
        _ question: Question,
        _ request: ReadRequest,
        _ isWatched: Bool,
        over connection: ModbusConnection
    ) throws(BusError) -> Exchange {
        var wakeups = isAsleep(question) ? question.manners.wakeupRetries : 0
        var firstAsked: Moment?
        while true {
            let attempt = Attempt(question, request, isWatched, mayBeAsleep: wakeups > 0)
            do throws(BusError) {
                let exchange = try ask(attempt, over: connection)
                return Exchange(
                    read: request,
                    asked: firstAsked ?? exchange.asked,
                    answered: exchange.answered,
                    request: exchange.request,
                    reply: exchange.reply,
                    data: exchange.data
                )
            } catch {
                guard error.isSilence, wakeups > 0 else { throw error }
                firstAsked = firstAsked ?? askedAt
                wakeups -= 1
            }
        }
    }

    private func isAsleep(_ question: Question) -> Bool {
        guard question.manners.wakeupRetries > 0, let idle = question.manners.idleSleepSeconds,
            let heard = heardFrom[question.unit], heard <= clock.now()
        else { return true }
        return clock.now() - heard >= .seconds(idle)
    }
}

extension ModbusLine {
    /// Sends one request and waits for its answer.
    private func ask(_ attempt: Attempt, over connection: ModbusConnection) throws(BusError) -> Exchange {
        try keepSilence(on: connection, for: attempt)
        let asked = clock.now()
        let timeout = timeout(for: attempt)
        let (sent, envelope) = try connection.send(attempt.request, unit: attempt.unit)
        askedAt = asked
        quietSince = asked
        let wire = settings.wireTime(characters: sent.count)
        if clock.carriesAtOnce { clock.pause(for: wire) }
        var scanner = ReplyScanner(attempt.request, of: attempt.unit, in: envelope)
        let result: Result<(frame: [UInt8], data: [UInt8]), BusError>
        do throws(BusError) {
            result = .success(
                try listen(
                    &scanner,
                    for: clock.carriesAtOnce ? timeout : timeout + wire,
                    attempt,
                    over: connection
                )
            )
        } catch {
            result = .failure(error)
        }
        conclude(attempt, scanner, result.failure, asked)
        report(attempt, sent, scanner, result.failure, asked, timeout)
        let answer = try result.get()
        return Exchange(
            read: attempt.request,
            asked: asked,
            answered: quietSince,
            request: sent,
            reply: answer.frame,
            data: answer.data
        )
    }

    /// Waits for the answer among whatever comes.
    private func listen(
        _ scanner: inout ReplyScanner,
        for timeout: Duration,
        _ attempt: Attempt,
        over connection: ModbusConnection
    ) throws(BusError) -> (frame: [UInt8], data: [UInt8]) {
        let began = clock.now()
        var firstByte: Duration?
        while true {
            let left = timeout - elapsed(since: began)
            let wait = scanner.hasFragments ? gap(within: left) : left
            guard wait > .zero, clock.awaitInput(on: connection.descriptor, for: wait) else {
                throw nothing(scanner, attempt.unit, timeout)
            }
            firstByte = firstByte ?? elapsed(since: began)
            let bytes = try connection.read()
            scanner.take(bytes)
            if clock.carriesAtOnce { clock.pause(for: settings.wireTime(characters: bytes.count)) }
            quietSince = clock.now()
            guard scanner.bytes.count < ReplyScanner.mostBytes else { throw babble(scanner) }
            switch scanner.outcome {
            case .incomplete: continue
            case .answer(let frame, let data):
                turnarounds[attempt.unit, default: Turnaround()].note(firstByte ?? .zero)
                if attempt.isWatched {
                    try watch(&scanner, until: began + timeout, attempt, over: connection)
                }
                return (frame, data)
            case .exception(let code, let frame):
                turnarounds[attempt.unit, default: Turnaround()].note(firstByte ?? .zero)
                throw BusError(
                    .exception(code),
                    "unit \(attempt.unit) refused with exception \(code)",
                    received: frame
                )
            case .contradiction: throw contradiction(scanner, attempt.unit)
            }
        }
    }

    /// Once something came that is no frame yet, its rest comes within a gap or not at all; a network may take longer.
    private func gap(within left: Duration) -> Duration {
        guard case .serial(let serial) = settings.transport else { return max(left, ModbusLine.shortestGap) }
        return max(serial.characterTime * 4, ModbusLine.shortestGap)
    }

    /// Waits whether somebody answers a second time, for as long as the unit may take at all.
    private func watch(
        _ scanner: inout ReplyScanner,
        until deadline: Moment,
        _ attempt: Attempt,
        over connection: ModbusConnection
    ) throws(BusError) {
        while deadline > clock.now(),
            clock.awaitInput(on: connection.descriptor, for: deadline - clock.now())
        {
            scanner.take(try connection.read())
            guard scanner.bytes.count < ReplyScanner.mostBytes else { throw babble(scanner) }
            if scanner.outcome == .contradiction { throw contradiction(scanner, attempt.unit) }
        }
    }

    private func nothing(_ scanner: ReplyScanner, _ unit: UInt8, _ timeout: Duration) -> BusError {
        if scanner.hasFragments {
            return BusError(.damaged, "a damaged answer from unit \(unit)", received: scanner.bytes)
        }
        guard scanner.bytes.isEmpty else {
            return BusError(
                .mismatch,
                "what came answers another question than unit \(unit)'s",
                received: scanner.bytes
            )
        }
        return BusError(.timeout, "unit \(unit) did not answer within \(timeout.microseconds / 1_000) ms")
    }

    private func babble(_ scanner: ReplyScanner) -> BusError {
        BusError(
            .damaged,
            "\(settings.place) does not become quiet",
            received: Array(scanner.bytes.prefix(256))
        )
    }

    private func contradiction(_ scanner: ReplyScanner, _ unit: UInt8) -> BusError {
        BusError(.mismatch, "unit \(unit) answered twice, and not the same", received: scanner.bytes)
    }

    /// What the attempt teaches about answers that may still come.
    private func conclude(_ attempt: Attempt, _ scanner: ReplyScanner, _ error: BusError?, _ asked: Moment) {
        let now = clock.now()
        if scanner.strayCount > (error == nil ? 0 : 1) || error?.code == .mismatch { book.noteStray(at: now) }
        if !scanner.bytes.isEmpty { silences = 0 }
        switch error?.code {
        case nil:
            book.noteAnswer(to: attempt.request, of: attempt.unit, at: now)
            heardFrom[attempt.unit] = now
        case .exception: heardFrom[attempt.unit] = now
        case .unreachable: return
        case .damaged where isWreck(scanner.bytes, ofAnswerTo: attempt): heardFrom[attempt.unit] = now
        case .timeout where !attempt.mayBeAsleep:
            silences += 1
            turnarounds[attempt.unit, default: Turnaround()].noteSilence()
            book.noteOwed(attempt.request, by: attempt.unit, since: asked)
        default: book.noteOwed(attempt.request, by: attempt.unit, since: asked)
        }
    }

    /// Whether the bytes are what is left of the answer, by their length or their beginning, so that it is owed no more.
    private func isWreck(_ bytes: [UInt8], ofAnswerTo attempt: Attempt) -> Bool {
        let length = attempt.request.replyByteCount + 5
        let beginsRight = bytes.starts(with: [attempt.unit, attempt.request.function.rawValue])
        return beginsRight || (length - 2...length + 2).contains(bytes.count)
    }

    private func report(
        _ attempt: Attempt,
        _ sent: [UInt8],
        _ scanner: ReplyScanner,
        _ error: BusError?,
        _ asked: Moment,
        _ timeout: Duration
    ) {
        let strays = scanner.strayCount
        observe(
            LineEvent(
                path: settings.id,
                unit: attempt.unit,
                asked: asked,
                ended: error == nil ? quietSince : clock.now(),
                kind: error?.kind ?? .answered,
                request: sent,
                reply: scanner.bytes,
                strays: error == nil ? strays : max(0, strays - 1),
                timeout: timeout
            )
        )
        guard strays > 0 else { return }
        logger.debug(
            "Bytes that answer nothing",
            metadata: ["path.id": "\(settings.id)", "unit": "\(attempt.unit)", "pieces": "\(strays)"]
        )
    }

    private func timeout(for attempt: Attempt) -> Duration {
        let manners = attempt.manners
        let most = max(settings.responseTimeout, .milliseconds(manners.responseTimeoutMilliseconds))
        let learned = (turnarounds[attempt.unit] ?? Turnaround()).timeout(
            least: settings.leastTimeout,
            most: most
        )
        guard attempt.mayBeAsleep, let wakeup = manners.wakeupTimeoutMilliseconds else { return learned }
        return min(learned, .milliseconds(wakeup))
    }
}

extension ModbusLine {
    /// Parts this frame from the last one by its silence, and from the unit's last one by the unit's turn-around.
    private func keepSilence(on connection: ModbusConnection, for attempt: Attempt) throws(BusError) {
        let silence = settings.silence(tenths: attempt.manners.silenceTenths) + settings.turnaround
        let turnaround = Duration.milliseconds(attempt.manners.turnaroundMilliseconds)
        for _ in 0..<ModbusLine.mostDrains {
            pause(for: silence, since: quietSince)
            if let heard = heardFrom[attempt.unit] { pause(for: turnaround, since: heard) }
            guard try readStrays(connection) else { return }
        }
        throw BusError(.damaged, "\(settings.place) does not become quiet")
    }

    /// Throws away what nobody waits for any more, and notes what it was.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    private func readStrays(_ connection: ModbusConnection) throws(BusError) -> Bool {
        let bytes = try connection.read()
        guard !bytes.isEmpty else { return false }
        quietSince = clock.now()
        book.noteStray(at: quietSince)
        logger.debug(
            "Discarded bytes that answer nothing",
            metadata: ["path.id": "\(settings.id)", "bytes": "\(bytes.count)"]
        )
        return true
    }

    private func elapsed(since moment: Moment) -> Duration {
        max(.zero, clock.now() - moment)
    }

    private func pause(for duration: Duration, since: Moment) {
        // All of it when the machine's time was set back meanwhile.
        let rest = duration - elapsed(since: since)
        if rest > .zero { clock.pause(for: rest) }
    }

    /// What of a failure makes the connection useless.
    private func forgetConnection(after error: BusError) {
        switch error.code {
        case .unreachable, .taken: close()
        case .damaged, .mismatch:
            // A stream that has lost its frames does not find them again.
            if !settings.isSerial { close() }
        case .timeout:
            if !settings.isSerial, silences >= ModbusLine.mostSilences { close() }
        default: return
        }
    }

    private func close() {
        connection = nil
        silences = 0
        // Nothing that was owed over TCP comes over another connection; behind a serial server it may.
        if case .tcp = settings.transport { book.clear() }
    }

    /// The open connection, or a new one once the back-off after the last failure is over.
    private func open() throws(BusError) -> ModbusConnection {
        if let connection, connection.isAlive { return connection }
        close()
        guard backOff.isOver(at: clock.now()) else {
            throw BusError(.unreachable, "\(settings.place) is not tried again yet")
        }
        do throws(BusError) {
            let opened = try ModbusConnection(settings)
            connection = opened
            backOff = BackOff()
            return opened
        } catch {
            backOff.noteFailure(at: clock.now())
            throw error
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
