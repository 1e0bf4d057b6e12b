import Acquisition
import Dispatch
public import ServiceLifecycle
import Synchronization

/// In real time, for programs that ask from outside and for the hours after history.
extension SimulatedLine: Service {
    /// How long a shutdown may go unnoticed, and a broken frame wait for its end.
    private static let patienceMilliseconds: CInt = 50

    /// Answers until the task is cancelled or shut down, on a thread of its own.
    public func run() async throws {
        let isStopped = StopSign()
        await withTaskCancellationOrGracefulShutdownHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "mizumori.simulated-line").async {
                    self.serve(until: isStopped)
                    continuation.resume()
                }
            }
        } onCancelOrGracefulShutdown: {
            isStopped.raise()
        }
    }

    private func serve(until sign: StopSign) {
        let clock = SystemLineClock()
        while !sign.isRaised {
            let hasInput = terminal.hasInput(within: SimulatedLine.patienceMilliseconds)
            if hasInput { pump(at: clock.now()) } else { forgetFragment() }
            deliverLate(at: clock.now())
        }
    }
}

/// Told once, from any thread, that it is over.
private final class StopSign: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .acquiring) }

    func raise() {
        raised.store(true, ordering: .releasing)
    }
}
