import Acquisition
import Foundation
import Gateway
import Logging
import Mail
import Metering
import ServiceLifecycle
import Simulation
import Storage

/// A station amid simulated meters, a simulated feed and a mail server, in one process.
struct DemoWorld: Sendable {
    let station: Station
    let pilot: SimulatedPilot
    let mailbox: Mailbox
    let history: DemoHistory
    private let folder: String
    private let ports: Ports
    private let logger: Logger

    /// Where the simulated servers listen; taken before the station is configured.
    private struct Ports: Sendable {
        let feed: Int
        let mail: Int
    }

    /// Opens the store in `folder` and a world around it.
    static func open(
        _ given: Configuration,
        _ history: DemoHistory,
        folder: String,
        logger: Logger
    ) async throws -> DemoWorld {
        let pilot = try SimulatedPilot(
            of: given,
            span: history.start..<history.end,
            seed: history.seed,
            ways: history.isDisturbed ? .everything(before: history.end) : .none
        )
        let ports = Ports(feed: try FreePort.find(), mail: try FreePort.find())
        let configuration = given.simulated(
            lines: pilot.lines.map { $0.settings.opening($0.line.devicePath) },
            feedURL: "http://127.0.0.1:\(ports.feed)",
            mailPort: ports.mail
        )
        let store = try await MeterStore.open(folder: folder, as: .collector)
        let station = try await Station(
            configuration: configuration,
            store: store,
            now: history.simulatedUntil,
            logger: logger
        )
        return DemoWorld(
            station: station,
            pilot: pilot,
            mailbox: try Mailbox(path: folder + "/mailbox"),
            history: history,
            folder: folder,
            ports: ports,
            logger: logger
        )
    }

    /// Runs `body` while the mail server listens.
    func live(_ body: @Sendable (DemoWorld) async throws -> Void) async throws {
        let ready = ListeningPort()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await MailSink(mailbox, port: ports.mail, ready: { ready.announce($0) }).run()
            }
            _ = await ready.number()
            try await body(self)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    /// Simulates what is missing up to `end`.
    ///
    /// - Returns: the history as it is now.
    func catchUp(to end: Instant, _ voice: Voice) async throws -> DemoHistory {
        var updated = history
        let from = history.simulatedUntil
        guard from < end else { return updated }
        let total = max(1, LocalDay(containing: end).daysSince1970 - LocalDay(containing: from).daysSince1970)
        try await PilotHistory(pilot, station: station, logger: logger)
            .run(from - 1..<end, feedPort: ports.feed) { day in
                let done = day.daysSince1970 - LocalDay(containing: from).daysSince1970
                guard done > 0, done % 5 == 0 || done == total else { return }
                voice.tell("simulated \(done) of \(total) days", "\(total) 日のうち \(done) 日を再現しました")
            }
        let count = try await LossCount(pilot, station: station).count(in: from..<end)
        updated.simulatedUntil = end
        updated.delivered += count.delivered
        updated.lost += count.lost.count
        for answer in count.lost { voice.tell("lost: \(answer)", "欠落: \(answer)") }
        return updated
    }

    /// Goes on in real time, with the page, until a signal comes.
    func goLive(_ voice: Voice) async throws {
        let address = station.configuration.settings.console
        voice.tell(
            "Live at http://\(address.host):\(address.port) — Ctrl-C ends it.",
            "http://\(address.host):\(address.port) で稼働中です。Ctrl-C で終了します。"
        )
        var services: [any Service] = pilot.lines.map(\.line)
        services.append(pilot.feed(now: { presentInstant() }).server(port: ports.feed))
        try await StationProgram(
            station: station,
            folders: FolderOptions(),
            logger: logger,
            dataFolder: folder,
            reloads: false,
            more: services
        ).run()
    }
}

extension Configuration {
    /// The same configuration with the ends of lines, feed and mail in this process.
    fileprivate func simulated(lines: [LineSettings], feedURL: String, mailPort: Int) -> Configuration {
        let server = SMTPSettings(host: "127.0.0.1", port: mailPort, security: .none)
        let mail = settings.mail.map {
            MailSettings(server: server, sender: $0.sender, recipients: $0.recipients, outboxSeconds: 300)
        }
        let feed = settings.feed.map {
            FeedSettings(
                id: $0.id,
                baseURL: feedURL,
                pullInterval: $0.pullInterval,
                overlapSeconds: $0.overlapSeconds,
                requestTimeout: $0.requestTimeout,
                bodyLimit: $0.bodyLimit
            )
        }
        let simulated = GatewaySettings(
            station: settings.station,
            console: settings.console,
            lines: lines,
            pollSeconds: settings.pollSeconds,
            recorderMegabytes: settings.recorderMegabytes,
            feed: feed,
            feedDelayHours: settings.feedDelayHours,
            mail: mail
        )
        return Configuration(
            settings: simulated,
            rules: rules,
            templates: templates,
            pilot: self.pilot,
            unverified: unverified
        )
    }
}
