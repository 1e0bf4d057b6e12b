import Acquisition
import ArgumentParser
import Console
import Foundation
import Gateway
import Logging
import ServiceLifecycle
import Settings
import Storage
import UnixSignals

/// The gateway itself.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The gateway: polls, feed, pipeline, mail, page. SIGTERM ends it cleanly."
    )

    @OptionGroup var folders: FolderOptions

    func run() async throws {
        let voice = Voice(json: false)
        let configuration = try folders.configuration(voice, command: "run")
        let logger = stationLogger()
        let store: MeterStore
        do {
            store = try await MeterStore.open(folder: folders.data, as: .collector)
        } catch {
            voice.tell("\(error)", "保存データを開けません: \(error)")
            throw ExitCode.failure
        }
        let proofs = try await store.modelProofs()
        for fact in configuration.unverified where !fact.isSettled(by: proofs) {
            logger.warning("Unverified", metadata: ["fact": "\(fact)"])
        }
        let station = try await Station(
            configuration: configuration,
            store: store,
            now: presentInstant(),
            logger: logger
        )
        try await StationProgram(station: station, folders: folders, logger: logger).run()
    }
}

/// A station with its console, until a signal ends it; SIGHUP reloads the files and changes what differs.
struct StationProgram {
    let station: Station
    let folders: FolderOptions
    let logger: Logger
    /// Where the store lies, where that is not the folder of the options.
    var dataFolder: String?
    var reloads = true
    var more: [any Service] = []

    func run() async throws {
        let address = station.configuration.settings.console
        let folder = dataFolder ?? folders.data
        let console = WebConsole(
            StationView(station).parts,
            settings: ConsoleSettings(host: address.host, port: address.port),
            push: station.configuration.settings.push.map {
                let settings = PushSettings(
                    secret: $0.secret,
                    windowSeconds: $0.windowSeconds,
                    mostBytes: $0.mostBytes
                )
                return (settings, { presentInstant() })
            },
            logger: logger
        )
        let switchboard = Switchboard()
        let recorder = recorder(in: folder)
        let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let supervision = Supervision(
            parts: { station.parts(switchboard: switchboard, recorder: recorder) },
            changes: changes,
            logger: logger
        )
        var services: [any Service] = more + [supervision]
        if let socket = try freeSocket(in: folder) {
            let desk = LineDesk(
                socket: socket,
                switchboard: switchboard,
                counts: station.counts,
                logger: logger
            )
            services.append(desk.application)
        }
        services.append(console.application)
        if reloads {
            services.insert(
                Reloading(station: station, folders: folders, change: { change.yield() }, logger: logger),
                at: 0
            )
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { service in
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: service,
                        successTerminationBehavior: .ignore
                    )
                },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        logger.notice("Gateway runs", metadata: ["console": "http://\(address.host):\(address.port)"])
        try await group.run()
        recorder?.flush()
        try await station.store.checkpoint()
        logger.notice("Gateway stopped")
    }

    private func recorder(in folder: String) -> FlightRecorder? {
        let megabytes = station.configuration.settings.recorderMegabytes
        guard megabytes > 0 else { return nil }
        return FlightRecorder(folder: folder + "/recorder", limitBytes: megabytes * 1_000_000) {
            [logger] reason in
            logger.warning("The flight recorder cannot write", metadata: ["error": "\(reason)"])
        }
    }

    /// The folder is ours alone, so a socket that lies there is left over from a gateway that was killed.
    ///
    /// - Returns: nil where the path is longer than a socket's may be (unix(7)).
    private func freeSocket(in folder: String) throws -> String? {
        let socket = folder + "/" + LineDesk.socketName
        guard socket.utf8.count <= 100 else {
            logger.warning("No socket: its path is too long", metadata: ["path": "\(socket)"])
            return nil
        }
        if FileManager.default.fileExists(atPath: socket) {
            try FileManager.default.removeItem(atPath: socket)
        }
        return socket
    }
}

/// Takes over changed files at SIGHUP; wrong ones change nothing.
private struct Reloading: Service {
    let station: Station
    let folders: FolderOptions
    let change: @Sendable () -> Void
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                let before = station.configuration.settings
                let loaded = try Configuration.load(
                    config: folders.config,
                    meters: folders.meters,
                    environment: ProcessInfo.processInfo.environment
                )
                try await station.reload(loaded, at: presentInstant())
                change()
                logger.notice("Configuration reloaded")
                if loaded.settings.console != before.console
                    || loaded.settings.recorderMegabytes != before.recorderMegabytes
                    || loaded.settings.push != before.push
                {
                    logger.warning(
                        "The console's address, the door for pushes and the recorder's size change at the next start"
                    )
                }
            } catch let error as SettingsProblems {
                for problem in error.problems {
                    logger.error(
                        "Configuration refused",
                        metadata: ["problem": "\(problem.text(in: .english))"]
                    )
                }
            } catch {
                logger.error("Configuration could not be taken over", metadata: ["error": "\(error)"])
            }
        }
    }
}
