import ArgumentParser
import Gateway
import Metering
import Storage

/// Copies the store while the gateway runs.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the store to a file while the gateway runs."
    )

    @OptionGroup var folders: FolderOptions
    @Argument(help: "The file to write.") var file: String

    func run() async throws {
        let voice = Voice(json: false)
        let store = try await folders.visitedStore(voice)
        do {
            try await store.backup(to: file)
        } catch {
            voice.tell("\(error)", "複製に失敗しました: \(error)")
            throw ExitCode.failure
        }
        voice.tell("Copied to \(file).", "\(file) に複製しました。")
    }
}

/// Puts a copy in the store's place.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a copy that backup made in the store's place; the old store is kept beside it."
    )

    @OptionGroup var folders: FolderOptions
    @Argument(help: "A file that backup wrote.") var file: String

    func run() async throws {
        let voice = Voice(json: false)
        let label = "before-" + presentInstant().description.filter { $0.isNumber || $0.isLetter }
        do {
            let old = try await MeterStore.restore(from: file, into: folders.data, keepingOldAs: label)
            voice.tell("Restored from \(file).", "\(file) から復元しました。")
            if let old { voice.tell("The old store is \(old).", "以前の保存データ: \(old)") }
        } catch {
            voice.tell("\(error)", "復元できません: \(error)")
            throw error.code == .locked ? ExitCode.failure : ExitCode.refused
        }
    }
}

/// Checks every law of the store.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Check every law of the store.")

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Flag(help: "Also derive all usage anew from the readings, and put right what differs.") var rebuild =
        false

    struct Document: Encodable {
        let schema = "mizumori.verify/1"
        let readings: Int
        let captures: Int
        let quarantined: Int
        let problems: [Problem]
    }

    struct Problem: Encodable {
        let check: String
        let detail: String
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let store = try await folders.visitedStore(voice)
        var problems = try await store.verify().map { Problem(check: $0.check, detail: $0.detail) }
        if rebuild { problems += try await differences(in: store, voice) }
        let document = Document(
            readings: try await store.readingCount(),
            captures: try await store.captureCount(),
            quarantined: try await store.quarantineCount(),
            problems: problems
        )
        try voice.say(document, orText: text(document, voice))
        if !problems.isEmpty { throw ExitCode.refused }
    }

    private func differences(in store: MeterStore, _ voice: Voice) async throws -> [Problem] {
        let configuration = try folders.configuration(voice, command: "verify")
        let count = configuration.pilot.installations.count
        let differences = try await Rebuild(store: store, pilot: configuration.pilot).run(
            at: presentInstant()
        ) { done in
            if done.isMultiple(of: 500) { voice.tell("\(done) / \(count)", "\(done) / \(count)") }
        }
        return differences.map { difference in
            let (kept, derived) = (Verify.volume(difference.kept), Verify.volume(difference.derived))
            return Problem(
                check: "usage_differs_from_readings",
                detail: "\(difference.point) \(difference.day): kept \(kept), derived \(derived)"
            )
        }
    }

    private static func volume(_ usage: DailyUsage?) -> String {
        usage.map { "\($0.volume) of \($0.knownSeconds) s" } ?? "nothing"
    }

    private func text(_ document: Document, _ voice: Voice) -> String {
        let problems = document.problems.map { "\($0.check): \($0.detail)" }
        let summary = voice.phrase(
            "\(document.readings) readings from \(document.captures) captures, \(document.quarantined) in quarantine, "
                + (problems.isEmpty ? "no problems." : "\(problems.count) problems."),
            "指針 \(document.readings) 件 (受信 \(document.captures) 件、保留 \(document.quarantined) 件)、"
                + (problems.isEmpty ? "問題はありません。" : "問題 \(problems.count) 件。")
        )
        return (problems + [summary]).joined(separator: "\n")
    }
}
