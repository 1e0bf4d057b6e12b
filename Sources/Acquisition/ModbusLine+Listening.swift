internal import CModbus
import Decoding
import Logging
import Metering

// One question and what comes of it.
extension ModbusLine {
    /// Sends one request and waits for its answer.
    func ask(_ attempt: Attempt, over connection: ModbusConnection) throws(BusError) -> Exchange {
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

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
