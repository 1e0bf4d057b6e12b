public import Acquisition
import Detection
public import Metering
import Synchronization

/// The configuration that the gateway runs by at this moment; a reload replaces it under everybody at once.
public final class LiveConfiguration: Sendable {
    private let state: Mutex<State>

    private struct State {
        var version: Int
        var configuration: Configuration
    }

    public init(_ configuration: Configuration) {
        state = Mutex(State(version: 1, configuration: configuration))
    }

    public var current: Configuration { state.withLock { $0.configuration } }

    /// Counts the reloads.
    public var version: Int { state.withLock { $0.version } }

    public func replace(by configuration: Configuration) {
        state.withLock { state in
            state.version += 1
            state.configuration = configuration
        }
    }

    /// Who is polled on a line now.
    public func roster(of line: Path.ID) -> PollRoster {
        state.withLock { state in
            let settings = state.configuration.settings
            return PollRoster(
                version: state.version,
                units: state.configuration.pilot.polledUnits(on: line, usualSeconds: settings.pollSeconds)
            )
        }
    }
}
