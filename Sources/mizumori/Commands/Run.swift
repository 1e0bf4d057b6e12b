import UnixSignals
import ArgumentParser
import Console
import Gateway
import Logging
import ServiceLifecycle
import Storage

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
        for warning in configuration.warnings {
            logger.warning("Unverified", metadata: ["fact": "\(warning)"])
        }
        let store: MeterStore
        do {
            store = try await MeterStore.open(folder: folders.data, as: .collector)
        } catch {
            voice.tell("\(error)", "保存データを開けません: \(error)")
            throw ExitCode.failure
        }
        let station = try await Station(
            configuration: configuration,
            store: store,
            now: presentInstant(),
            logger: logger
        )
        try await StationProgram(station: station, logger: logger).run()
    }
}

/// A station with its console, until a signal ends it.
struct StationProgram {
    let station: Station
    let logger: Logger
    var more: [any Service] = []

    func run() async throws {
        let address = station.configuration.settings.console
        let console = WebConsole(
            StationView(station).parts,
            settings: ConsoleSettings(host: address.host, port: address.port),
            logger: logger
        )
        let services = more + station.liveServices() + [console.application]
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
        try await station.store.checkpoint()
        logger.notice("Gateway stopped")
    }
}
