public import Logging
public import ServiceLifecycle

/// Keeps services running that come and go with the configuration: what is unchanged is not touched.
public struct Supervision: Service {
    /// One service, with what it was made from.
    public struct Part: Sendable {
        /// What it is, whatever it was made from: `line line-a`.
        public let key: String
        /// When it changes, the service is made anew.
        public let basis: any Hashable & Sendable
        public let make: @Sendable () -> any Service

        public init(
            key: String,
            basis: any Hashable & Sendable,
            make: @escaping @Sendable () -> any Service
        ) {
            self.key = key
            self.basis = basis
            self.make = make
        }
    }

    private let parts: @Sendable () -> [Part]
    private let changes: AsyncStream<Void>
    private let logger: Logger

    /// - Parameters:
    ///   - parts: what shall run now.
    ///   - changes: an element whenever `parts` may give others.
    ///   - logger: told what starts and ends after the first start.
    public init(parts: @escaping @Sendable () -> [Part], changes: AsyncStream<Void>, logger: Logger) {
        self.parts = parts
        self.changes = changes
        self.logger = logger
    }

    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            var running: [String: Running] = [:]
            update(&running, &group, isFirst: true)
            for await _ in changes.cancelOnGracefulShutdown() {
                update(&running, &group, isFirst: false)
            }
            // At a shutdown each ends by itself; when the stream ends they go on until then.
        }
    }

    private struct Running {
        let basis: AnyHashable
        let stop: AsyncStream<Void>.Continuation
    }

    private func update(_ running: inout [String: Running], _ group: inout TaskGroup<Void>, isFirst: Bool) {
        let wanted = parts()
        for key in running.keys.sorted() where !wanted.contains(where: { $0.key == key }) {
            running.removeValue(forKey: key)?.stop.finish()
            logger.notice("Ended", metadata: ["part": "\(key)"])
        }
        for part in wanted {
            let basis = AnyHashable(part.basis)
            if let known = running[part.key] {
                guard known.basis != basis else { continue }
                known.stop.finish()
            }
            if !isFirst { logger.notice("Started", metadata: ["part": "\(part.key)"]) }
            let (stops, stop) = AsyncStream.makeStream(of: Void.self)
            running[part.key] = Running(basis: basis, stop: stop)
            group.addTask { [logger] in await Supervision.keep(part, until: stops, logger) }
        }
    }

    /// Runs one service until it ends or is no longer wanted.
    private static func keep(_ part: Part, until stops: AsyncStream<Void>, _ logger: Logger) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await part.make().run()
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("A service ended", metadata: ["part": "\(part.key)", "error": "\(error)"])
                }
            }
            group.addTask { for await _ in stops.cancelOnGracefulShutdown() {} }
            await group.next()
            group.cancelAll()
        }
    }
}
