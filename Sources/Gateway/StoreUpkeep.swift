import Acquisition
import Logging
import Metering
import ServiceLifecycle
import Storage

/// What the store needs from time to time, beside everything else: what has become old is sealed.
///
/// Once at the start, then four times a day; a step that fails is logged, and comes again with the next round.
struct StoreUpkeep: Service {
    static let interval = Duration.seconds(6 * 3_600)

    private let store: MeterStore
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Instant
    private let logger: Logger

    init(
        _ store: MeterStore,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant,
        logger: Logger
    ) {
        self.store = store
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    func run() async throws {
        let grid = Grid(interval: StoreUpkeep.interval)
        let now = now
        repeat {
            await seal()
        } while await grid.sleepUntilNext(on: clock, now: { Moment(now()) })
    }

    private func seal() async {
        do throws(StoreError) {
            let blocks = try await store.seal(at: now())
            if blocks > 0 {
                logger.debug("Old readings were sealed", metadata: ["store.blocks": "\(blocks)"])
            }
        } catch {
            logger.error("Old readings could not be sealed", metadata: ["error": "\(error)"])
        }
    }
}
