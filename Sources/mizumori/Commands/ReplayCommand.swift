import Acquisition
import ArgumentParser
import Console
import Foundation
import Gateway
import Metering

/// Lets a recording go its way once more.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "A flight recorder's files through decode, store, detection and mail, by their own time.",
        discussion:
            "Runs twice and says whether both came out the same, byte for byte. Stores and sends nothing."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Argument(help: "Files of DATA/recorder, or folders of them; the folder of --data when none is named.")
    var recordings: [String] = []
    @Option(help: "Write readings.csv, detections.csv and the mails into this folder.") var output: String?

    struct Document: Encodable {
        let schema = "mizumori.replay/1"
        let files: Int
        let exchanges: Int
        let rounds: Int
        let readings: Int
        let incidents: Int
        let mails: Int
        let fingerprint: String
        let identicalTwice: Bool
        let errors: [ProblemDocument]
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "replay")
        let files = names()
        guard !files.isEmpty else {
            voice.tell("no recording found", "記録が見つかりません")
            throw ExitCode.refused
        }
        var read: [Recording] = []
        for file in files {
            let text = String(decoding: try bytes(of: file, voice), as: UTF8.self)
            read.append(Recording(text, named: file))
        }
        let replay = Replay(configuration, read)
        let first = try await replay.run()
        let second = try await replay.run()
        if let output { try write(first, to: output) }
        let rejections = read.flatMap(\.rejections)
        for rejection in rejections {
            voice.tell(
                "\(rejection.place): expected \(rejection.expected), found \(rejection.found)",
                "\(rejection.place): \(rejection.expectedInJapanese) が必要ですが、\(rejection.foundInJapanese) があります"
            )
        }
        let document = Document(
            files: files.count,
            exchanges: first.exchanges,
            rounds: first.rounds,
            readings: first.readings,
            incidents: first.incidents.count,
            mails: first.mails.count,
            fingerprint: first.fingerprint,
            identicalTwice: first.fingerprint == second.fingerprint,
            errors: rejections.map(ProblemDocument.init)
        )
        try voice.say(document, orText: text(document, voice))
        if !rejections.isEmpty { throw ExitCode.refused }
        if !document.identicalTwice { throw ExitCode.failure }
    }

    private func names() -> [String] {
        recordings.isEmpty
            ? files(in: folders.data + "/recorder") ?? []
            : recordings.flatMap { files(in: $0) ?? [$0] }
    }

    /// - Returns: nil where `path` is no folder.
    private func files(in path: String) -> [String]? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        return names?.filter { $0.hasSuffix(".rec") }.sorted().map { path + "/" + $0 }
    }

    private func write(_ outcome: Replay.Outcome, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder + "/mails", withIntermediateDirectories: true)
        try outcome.readingsText.write(toFile: folder + "/readings.csv", atomically: true, encoding: .utf8)
        try outcome.detectionsText.write(
            toFile: folder + "/detections.csv",
            atomically: true,
            encoding: .utf8
        )
        for (number, mail) in outcome.mails.enumerated() {
            let file = folder + "/mails/\(number + 1).eml"
            try Data(mail.bytes).write(to: URL(fileURLWithPath: file))
        }
    }

    private func text(_ document: Document, _ voice: Voice) -> String {
        voice.phrase(
            "\(document.exchanges) exchanges in \(document.rounds) rounds: \(document.readings) readings, "
                + "\(document.incidents) incidents, \(document.mails) mails; "
                + (document.identicalTwice ? "the same twice" : "NOT the same twice")
                + " (\(document.fingerprint))",
            "交信 \(document.exchanges) 回、\(document.rounds) 巡: 指針 \(document.readings) 件、事案 \(document.incidents) 件、"
                + "メール \(document.mails) 通。" + (document.identicalTwice ? "二回とも同じ結果" : "結果が一致しません")
                + " (\(document.fingerprint))"
        )
    }
}
