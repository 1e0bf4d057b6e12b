import Acquisition
import UnixSignals
import ArgumentParser
import Foundation
import Gateway
import Logging
import Metering
import ServiceLifecycle
import Simulation

/// The simulators alone, for the gateway in another process and for other programs.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The simulators alone, in real time.",
        subcommands: [Bus.self, Feed.self, Readings.self]
    )

    /// The configured lines as pseudo-terminals, at the configured device paths.
    struct Bus: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The configured serial lines as pseudo-terminals, linked at their device paths."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var world: WorldOptions
        @Flag(help: "Some answers are lost, damaged, foreign or late.") var faults = false

        func run() async throws {
            let voice = Voice(json: false)
            let configuration = try folders.configuration(voice, command: "simulate.bus")
            try makeFolders(for: configuration.settings.lines)
            let pilot = try SimulatedPilot(
                of: configuration,
                span: world.span,
                seed: world.seed,
                plants: world.planted,
                faults: faults ? .usual : .none,
                linksDevices: true
            )
            for (settings, line) in pilot.lines {
                voice.tell("\(settings.id): \(line.devicePath)", "\(settings.id): \(line.devicePath)")
            }
            try await serve(pilot.lines.map(\.line))
        }

        /// Device paths may lie in a folder that does not exist yet.
        private func makeFolders(for lines: [LineSettings]) throws {
            for case .serial(let serial) in lines.map(\.transport) {
                let folder = URL(fileURLWithPath: serial.device).deletingLastPathComponent().path
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
        }
    }

    /// The shared-meter-reading feed (共同検針) over HTTP.
    struct Feed: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The shared-meter-reading feed over HTTP.")

        @OptionGroup var folders: FolderOptions
        @OptionGroup var world: WorldOptions
        @OptionGroup var trouble: FeedTroubleOptions
        @Option(help: "Where it listens.") var port = 8_181

        func run() async throws {
            let voice = Voice(json: false)
            let configuration = try folders.configuration(voice, command: "simulate.feed")
            let pilot = try SimulatedPilot(
                of: configuration,
                span: world.span,
                seed: world.seed,
                plants: world.planted
            )
            let feed = pilot.feed(
                faults: trouble.faults(from: presentInstant()),
                door: trouble.door,
                now: { presentInstant() }
            )
            let server = feed.server(port: port) { port in
                voice.tell("http://127.0.0.1:\(port)", "http://127.0.0.1:\(port)")
            }
            try await serve([server])
        }
    }

    /// Runs services until a signal comes.
    private static func serve(_ services: [any Service]) async throws {
        var logger = stationLogger(quiet: true)
        logger.logLevel = .error
        try await ServiceGroup(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        ).run()
    }
}

/// What goes wrong with the simulated feed, and who may ask it.
struct FeedTroubleOptions: ParsableArguments {
    @Option(help: "So many questions in a hundred fail, and as many pages and days have something wrong.")
    var faultPercent = 0
    @Option(help: "So many days lie under snow; a minute after the start all of them are delivered at once.")
    var thaw: Int?
    @Option(help: "Only whoever gets a token at /oauth2/token by this id may ask; needs --client-secret.")
    var clientID: String?
    @Option(help: "The secret that goes with it.") var clientSecret: String?
    @Option(help: "How long such a token is good, in seconds.") var tokenSeconds: Int64 = 3_600

    func faults(from now: Instant) -> FeedFaults {
        var faults = FeedFaults.evenly(percent: faultPercent)
        faults.thaw = thaw.map { now - Int64($0) * 86_400..<now + 60 }
        return faults
    }

    var door: FeedDoor {
        guard let clientID, let clientSecret else { return .open }
        return .client(id: clientID, secret: clientSecret, tokenSeconds: tokenSeconds)
    }

    func validate() throws {
        guard (0...100).contains(faultPercent) else { throw ValidationError("--fault-percent: 0 to 100") }
        guard (1...366).contains(thaw ?? 1) else { throw ValidationError("--thaw: 1 to 366") }
        guard (1...86_400).contains(tokenSeconds) else {
            throw ValidationError("--token-seconds: 1 to 86400")
        }
        guard (clientID == nil) == (clientSecret == nil) else {
            throw ValidationError("--client-id and --client-secret go together")
        }
    }
}

/// Which water runs: the seed, and since when.
struct WorldOptions: ParsableArguments {
    @Option(help: "The same seed gives the same water.") var seed: UInt64 = 1
    @Option(help: "How many days ago it began to run.") var days = 60
    @Flag(
        help: "With what the demo plants: leaks, a burst, a meter that falls silent, an exchange, a rollover."
    )
    var planted = false

    var span: Range<Instant> {
        let today = LocalDay(containing: presentInstant())
        return today.advanced(by: -days).start..<today.advanced(by: 1).start
    }

    func validate() throws {
        guard (1...3_660).contains(days) else { throw ValidationError("--days: 1 to 3660") }
    }
}
