import Acquisition
import Logging
import Metering
import ServiceLifecycle
import Storage

/// What the store needs from time to time, beside everything else: what has become old is sealed, what is over goes.
///
/// Once at the start, then four times a day; a step that fails is logged, and comes again with the next round.
struct StoreUpkeep: Service {
    static let interval = Duration.seconds(6 * 3_600)

    private let store: MeterStore
    private let retain: (@Sendable (Instant) async throws -> Int)?
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Instant
    private let logger: Logger

    /// - Parameters:
    ///   - store: the memory.
    ///   - retain: lets go of what is over, and says how many rows; nil where nobody wants that.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    ///   - logger: for what went, and what failed.
    init(
        _ store: MeterStore,
        retain: (@Sendable (Instant) async throws -> Int)? = nil,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant,
        logger: Logger
    ) {
        self.store = store
        self.retain = retain
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    func run() async throws {
        let grid = Grid(interval: StoreUpkeep.interval)
        let now = now
        repeat {
            await seal()
            await letGo()
        } while await grid.sleepUntilNext(on: clock, now: { Moment(now()) })
    }

    private func letGo() async {
        guard let retain else { return }
        do {
            let rows = try await retain(now())
            if rows > 0 { logger.notice("What is over went", metadata: ["store.rows": "\(rows)"]) }
        } catch {
            logger.error("What is over could not go", metadata: ["error": "\(error)"])
        }
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
