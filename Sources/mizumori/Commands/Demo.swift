import ArgumentParser
import Foundation
import Gateway
import Logging
import Metering
import ServiceLifecycle
import Simulation
import Storage

/// The pilot with no hardware: history at virtual speed through the real pipeline, then live with the page.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The pilot with no hardware: simulated history through the real pipeline, then live.",
        discussion: "The store is DATA/demo; finished history is kept there and extended by the next start."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Option(help: "How many days of history.") var days = 60
    @Option(help: "The day before which history ends, such as 2026-10-01; without it, this hour.") var until:
        String?
    @Option(help: "The same seed, days and until give the same result.") var seed: UInt64 = 1
    @Flag(help: "End after the history.") var exit = false
    @Flag(help: "Throw kept history away.") var fresh = false
    @Flag(help: "Disturb the lines and the feed, for points with two ways.") var disturbed = false
    @Option(help: "Write a folder that others can score.") var output: String?

    func validate() throws {
        guard (1...3_660).contains(days) else { throw ValidationError("--days: 1 to 3660") }
        guard until == nil || until.flatMap({ LocalDay($0) }) != nil else {
            throw ValidationError("--until: a day such as 2026-10-01")
        }
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let given = try folders.configuration(voice, command: "demo")
        let folder = folders.data + "/demo"
        let history = try DemoHistory.open(in: folder, wanted: wanted, fresh: fresh)
        let logger = stationLogger(quiet: true)
        let world = try await DemoWorld.open(given, history, folder: folder, logger: logger)
        try await world.live { world in
            let updated = try await world.catchUp(to: wanted.end, voice)
            try updated.save(in: folder)
            let result = try await DemoResult(world, updated)
            if let output {
                try await ScoringFolder(
                    world.station,
                    world.pilot.neighbourhood.truth,
                    result.comparison,
                    span: result.span
                ).write(to: output)
            }
            try voice.say(result.document, orText: result.text(voice))
            guard !exit else { return }
            try await world.goLive(voice)
        }
    }

    /// The history that the options ask for; it begins at a midnight in Japan.
    private var wanted: DemoHistory {
        let now = presentInstant()
        let hour = Instant(secondsSince1970: now.secondsSince1970 / 3_600 * 3_600)
        let end = until.flatMap { LocalDay($0) }?.start ?? hour
        let start = LocalDay(containing: end).advanced(by: -days).start
        return DemoHistory(seed: seed, days: days, start: start, end: end, isDisturbed: disturbed)
    }
}
