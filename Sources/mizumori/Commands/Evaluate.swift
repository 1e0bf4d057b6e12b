import ArgumentParser
import Billing
import Detection
import Foundation
import Gateway
import Metering
import Settings

/// Runs a labelled folder through the real path.
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A labelled folder of readings through the real path: detections and totals."
    )

    @OptionGroup var speech: SpeechOptions
    @Argument(help: "A folder with readings.csv, meters.csv and perhaps exchanges.csv.") var folder: String
    @Option(help: "Where detections.csv and billing.csv go.") var output: String?
    @Option(help: "The readings' file in the folder.") var readings = "readings.csv"
    @Option(
        help:
            "Thresholds in the form of detection.yaml (default: config/detection.yaml, or the shipped ones)."
    )
    var rules: String?

    struct Document: Encodable {
        let schema = "mizumori.evaluate/1"
        let readings: Int
        let detections: [String: Int]
        let billing: [String: Int]
        let errors: [ProblemDocument]
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let thresholds = try thresholds(voice)
        let exchanges = folder + "/exchanges.csv"
        let files = Evaluation.Folder(
            readings: try bytes(of: folder + "/" + readings, voice),
            meters: try bytes(of: folder + "/meters.csv", voice),
            exchanges: FileManager.default.fileExists(atPath: exchanges)
                ? try bytes(of: exchanges, voice) : nil
        )
        let outcome = try await Evaluation(rules: thresholds).run(files) { percent in
            voice.tell("\(percent) %", "\(percent) %")
        }
        if let output {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
            try outcome.detections.write(
                toFile: output + "/detections.csv",
                atomically: true,
                encoding: .utf8
            )
            try outcome.billing.write(toFile: output + "/billing.csv", atomically: true, encoding: .utf8)
        }
        let document = Document(
            readings: outcome.readings,
            detections: Dictionary(
                uniqueKeysWithValues: outcome.detectionCounts.map { ($0.key.rawValue, $0.value) }
            ),
            billing: Dictionary(
                uniqueKeysWithValues: outcome.billingCounts.map { ($0.key.rawValue, $0.value) }
            ),
            errors: outcome.rejections.map(ProblemDocument.init)
        )
        for rejection in outcome.rejections.prefix(20) {
            voice.tell(rejection)
        }
        try voice.say(document, orText: text(document, voice))
        if !outcome.rejections.isEmpty { throw ExitCode.refused }
    }

    private func thresholds(_ voice: Voice) throws -> DetectionRules {
        let usual = "config/detection.yaml"
        guard let file = rules ?? (FileManager.default.fileExists(atPath: usual) ? usual : nil) else {
            return .shipped
        }
        do throws(SettingsProblems) {
            return try Configuration.rules(inFile: file)
        } catch {
            try voice.refuse(error, command: "evaluate")
        }
    }

    private func text(_ document: Document, _ voice: Voice) -> String {
        let detections = document.detections.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let billing = document.billing.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return voice.phrase(
            "\(document.readings) readings; detections: \(detections.joined(separator: ", ")); "
                + "months: \(billing.joined(separator: ", "))",
            "指針 \(document.readings) 件、検知: \(detections.joined(separator: "、"))、月: \(billing.joined(separator: "、"))"
        )
    }
}
