import Acquisition
import ArgumentParser
import Console
import Decoding
import Foundation
import Gateway
import Metering
import Storage

/// The fitter's walk at one meter, with the slip of its installation (取付確認票).
struct Commission: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Identity, two dial values, twenty reads, opening index, and the slip of the installation.",
        discussion:
            "Starts like `profile verify`: read the dial, let at least 10 L run, close the tap, read it again."
    )

    private static let reads = 20

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Argument(help: "A service point (S-00001) or a meter's number.") var meter: String
    @Option(help: "What the dial shows now, in m3.") var dial: String
    @Option(help: "What the dial shows after at least 10 L more, in m3.") var then: String
    @Option(help: "The lid of the pit: iron, resin or none.") var lid: String
    @Option(help: "How deep the meter lies below the lid, in centimetres.") var depthCm: Int
    @Option(help: "How long to wait for the water, in seconds.") var wait = 900
    @Option(help: "Who did it.") var by = presentPerson()
    @Option(help: "Write the slip into this file too.") var output: String?

    struct Document: Encodable {
        let schema = "mizumori.commission/1"
        let servicePoint: String
        let meter: String
        let line: String
        let unit: UInt8
        let channel: Int
        let model: String
        @OrNull var serial: String?
        let identityFits: Bool
        let verdict: String
        let isOfModel: Bool
        let reads: Int
        let failed: Int
        @OrNull var medianUs: Int64?
        @OrNull var openingIndexMl: Int64?
        let lid: String
        let depthCm: Int
        let passed: Bool
        let slip: String
    }

    func validate() throws {
        guard dialVolume(dial) != nil, dialVolume(then) != nil else {
            throw ValidationError("--dial and --then: m3 such as 1234.567")
        }
        guard ["iron", "resin", "none"].contains(lid) else {
            throw ValidationError("--lid: iron, resin or none")
        }
        guard (0...500).contains(depthCm) else { throw ValidationError("--depth-cm: 0 to 500") }
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "commission")
        let found = try WiredMeter.find(meter, in: configuration, voice)
        guard let first = dialVolume(dial), let second = dialVolume(then) else { throw ExitCode.refused }
        let verdict = try await DialCheck(found, folders: folders, voice)
            .verdict(first, second, wait: .seconds(wait))
        let walk = try await Walk(found, folders: folders, reads: Commission.reads)
        let document = document(found, walk, verdict)
        try await keep(document, found, configuration, voice)
        if let output { try document.slip.write(toFile: output, atomically: true, encoding: .utf8) }
        try voice.say(document, orText: document.slip)
        if !document.passed { throw ExitCode.refused }
    }

    private func document(_ found: WiredMeter, _ walk: Walk, _ verdict: DialVerification.Verdict) -> Document
    {
        let isOfModel = verdict.readings.count == 1 && verdict.readings[0].isOfModel
        let passed = walk.identityFits && isOfModel && walk.failed == 0 && walk.index != nil
        let slip = InstallationSlip(
            found: found,
            walk: walk,
            dials: (dial, then),
            isProven: isOfModel,
            lid: lid,
            depthCm: depthCm,
            by: by,
            at: presentInstant(),
            passed: passed
        )
        return Document(
            servicePoint: found.installation.point.id.rawValue,
            meter: found.installation.meter.id.rawValue,
            line: found.line.id.rawValue,
            unit: found.wiring.unit,
            channel: found.wiring.channel,
            model: found.model.id.rawValue,
            serial: walk.serial,
            identityFits: walk.identityFits,
            verdict: verdict.word,
            isOfModel: isOfModel,
            reads: walk.reads,
            failed: walk.failed,
            medianUs: walk.medianMicroseconds,
            openingIndexMl: walk.index?.millilitres,
            lid: lid,
            depthCm: depthCm,
            passed: passed,
            slip: slip.text
        )
    }

    /// The act itself, and the proof of the model where there is one.
    private func keep(
        _ document: Document,
        _ found: WiredMeter,
        _ configuration: Configuration,
        _ voice: Voice
    ) async throws {
        let store = try await folders.visitedStore(voice)
        try await store.registerPilot(of: configuration)
        let now = presentInstant()
        try await store.record(
            AuditEntry(
                at: now,
                person: by,
                action: "commission",
                subject: document.servicePoint,
                detail:
                    "lid \(lid), depth \(depthCm) cm, \(document.failed) of \(document.reads) reads failed, "
                    + "index \(document.openingIndexMl.map { "\($0) mL" } ?? "unknown"), "
                    + (document.passed ? "passed" : "not passed")
            )
        )
        guard document.isOfModel else { return }
        try await store.record(
            ModelProof(
                model: document.model,
                edition: found.model.edition,
                point: found.installation.point.id,
                at: now,
                person: by,
                detail: "dial \(dial) m3, then \(then) m3"
            )
        )
    }
}

/// Identity and many reads of one meter.
struct Walk: Sendable {
    let identityFits: Bool
    let serial: String?
    let reads: Int
    private(set) var failed = 0
    private(set) var index: Volume?
    private(set) var medianMicroseconds: Int64?

    init(_ found: WiredMeter, folders: FolderOptions, reads: Int) async throws {
        self.reads = reads
        let access = await LineAccess.open(found.line, folders: folders)
        let decoder = MeterDecoder(profile: found.model)
        let channels: Set<Int> = [found.wiring.channel]
        var interview = found.interview(over: access.bus)
        for purpose in [PollPurpose.identity, .scale] {
            try await interview.read(purpose, channels: channels, cost: found.line.cost)
        }
        identityFits = decoder.identityFits(in: interview.image, found.wiring.site)
        serial = decoder.serial(in: interview.image, found.wiring.site)
        let before = interview.exchanges.count
        for _ in 0..<reads {
            do throws(BusError) {
                try await interview.read(.index, channels: channels, cost: found.line.cost)
            } catch {
                failed += 1
            }
        }
        index = try? decoder.index(
            channel: found.wiring.channel,
            image: interview.image,
            site: found.wiring.site
        ).index
        let durations = interview.exchanges.dropFirst(before).map { ($0.answered - $0.asked).microseconds }
            .sorted()
        medianMicroseconds = durations.isEmpty ? nil : durations[durations.count / 2]
    }
}

/// The slip of an installation (取付確認票) as text.
struct InstallationSlip {
    let text: String

    init(
        found: WiredMeter,
        walk: Walk,
        dials: (first: String, second: String),
        isProven: Bool,
        lid: String,
        depthCm: Int,
        by: String,
        at: Instant,
        passed: Bool
    ) {
        let lids = ["iron": "鉄蓋", "resin": "樹脂蓋", "none": "蓋なし"]
        let rows: [(String, String)] = [
            ("管理番号", found.installation.point.id.rawValue),
            ("メーター番号", found.installation.meter.id.rawValue),
            ("口径", "\(found.installation.point.calibre.millimetres) mm"),
            ("機種", "\(found.model.title) (\(found.model.id))"),
            ("回線・機器・チャネル", "\(found.line.id) ・ \(found.wiring.unit) ・ \(found.wiring.channel)"),
            ("機器番号", walk.serial ?? "(機種に項目なし)"),
            ("機種の照合", walk.identityFits ? "一致" : "不一致"),
            ("指針(1回目)", "\(dials.first) m3"),
            ("指針(2回目)", "\(dials.second) m3"),
            ("読取値との照合", isProven ? "一致" : "判定できず"),
            ("通信試験", "\(walk.reads) 回中 失敗 \(walk.failed) 回"),
            ("応答時間(中央値)", walk.medianMicroseconds.map { "\($0 / 1_000) ms" } ?? "―"),
            ("取付指針", walk.index.map { "\(cubicMetres($0)) m3" } ?? "―"),
            ("蓋の種類・深さ", "\(lids[lid] ?? lid) ・ \(depthCm) cm"),
            ("実施日時", at.japaneseDescription),
            ("実施者", by),
            ("判定", passed ? "合格" : "不合格"),
        ]
        let width = rows.map { TextTable.cells(in: $0.0) }.max() ?? 0
        let lines = rows.map { name, value in
            name + String(repeating: " ", count: width - TextTable.cells(in: name) + 2) + value
        }
        text = (["取付確認票", ""] + lines).joined(separator: "\n") + "\n"
    }
}
