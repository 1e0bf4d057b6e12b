internal import CModbus
import Decoding
import Logging
import Metering

// Silence between frames, and the connection under them.
extension ModbusLine {
    /// Parts this frame from the last one by its silence, and from the unit's last one by the unit's turn-around.
    func keepSilence(on connection: ModbusConnection, for attempt: Attempt) throws(BusError) {
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
    func readStrays(_ connection: ModbusConnection) throws(BusError) -> Bool {
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

    func elapsed(since moment: Moment) -> Duration {
        max(.zero, clock.now() - moment)
    }

    private func pause(for duration: Duration, since: Moment) {
        // All of it when the machine's time was set back meanwhile.
        let rest = duration - elapsed(since: since)
        if rest > .zero { clock.pause(for: rest) }
    }

    /// What of a failure makes the connection useless.
    func forgetConnection(after error: BusError) {
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
    func open() throws(BusError) -> ModbusConnection {
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
