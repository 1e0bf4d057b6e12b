import Decoding
import Metering
import Acquisition
import ArgumentParser
import Foundation
import Gateway
import Storage

/// Validates every file and starts nothing.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Validate every file; start nothing.")

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions

    @Flag(help: "Refuse facts that are not verified yet, and plans that do not fit.")
    var strict = false

    struct Document: Encodable {
        let schema = "mizumori.check/1"
        let lines: Int
        let models: Int
        let installations: Int
        let feed: Bool
        let mail: Bool
        let warnings: [String]
        let errors: [ProblemDocument]
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "check")
        let settings = configuration.settings
        let proofs = await proofs()
        let unsettled = configuration.unverified.filter { !$0.isSettled(by: proofs) }
        let warnings =
            unsettled.map(\.description) + Check.pathWarnings(configuration)
            + Check.planWarnings(configuration) + (await registerWarnings(configuration))
        let document = Document(
            lines: settings.lines.count,
            models: configuration.pilot.profiles.count,
            installations: configuration.pilot.installations.count,
            feed: settings.feed != nil,
            mail: settings.mail != nil,
            warnings: warnings,
            errors: []
        )
        try voice.say(document, orText: text(document, voice))
        if strict, !warnings.isEmpty { throw ExitCode.refused }
    }

    /// A device that may be renumbered at the next start.
    private static func pathWarnings(_ configuration: Configuration) -> [String] {
        configuration.settings.lines.compactMap { line in
            guard case .serial(let serial) = line.transport, serial.device.hasPrefix("/dev/"),
                !serial.device.contains("/by-id/"), !serial.device.contains("/by-path/")
            else {
                return nil
            }
            return "\(line.id): \(serial.device) may be renumbered; use its /dev/serial/by-id/ path"
        }
    }

    private static func planWarnings(_ configuration: Configuration) -> [String] {
        let settings = configuration.settings
        return settings.lines.compactMap { line in
            let units = configuration.pilot.polledUnits(on: line.id, usualSeconds: settings.pollSeconds)
            return LinePlan(line, units: units).fits
                ? nil : "\(line.id): the plan does not fit; see mizumori plan"
        }
    }

    /// What was proven at meters so far; nothing where there is no store yet.
    private func proofs() async -> [ModelProof] {
        (try? await existingStore()?.modelProofs()) ?? []
    }

    /// Where the files say something else than the register, which counts.
    private func registerWarnings(_ configuration: Configuration) async -> [String] {
        let store = await existingStore()
        let differences = try? await store?.registerDifferences(from: configuration.pilot.registered)
        return (differences ?? []).map(\.description)
    }

    private func existingStore() async -> MeterStore? {
        guard FileManager.default.fileExists(atPath: folders.data + "/" + MeterStore.fileName) else {
            return nil
        }
        return try? await MeterStore.open(folder: folders.data, as: .visitor)
    }

    private func text(_ document: Document, _ voice: Voice) -> String {
        let warnings = document.warnings.map { voice.phrase("warning: \($0)", "注意: \($0)") }
        let summary = voice.phrase(
            "No errors: \(document.installations) installations, \(document.models) meter models, "
                + "\(document.lines) lines, feed \(document.feed ? "on" : "off"), mail \(document.mail ? "on" : "off").",
            "誤りはありません: 設置 \(document.installations) 件、機種 \(document.models) 件、回線 \(document.lines) 本、"
                + "共同検針\(document.feed ? "あり" : "なし")、メール\(document.mail ? "あり" : "なし")。"
        )
        return (warnings + [summary]).joined(separator: "\n")
    }
}
