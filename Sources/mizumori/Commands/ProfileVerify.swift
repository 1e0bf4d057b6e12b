import Acquisition
import ArgumentParser
import Console
import Decoding
import Foundation
import Gateway
import Metering
import Storage

/// Proves a meter model at a real meter, against two values of its dial.
struct ProfileVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare a live meter with two values of its dial, at least 10 L apart.",
        discussion: """
            Read the dial and start the command with --dial; it reads the registers at once. With --then as well, let \
            that much water run, close the tap and press Enter; where no terminal is, the command takes registers that \
            moved and then stood still. Without --then, the sighting is kept, and a later call with both values goes on \
            from it.
            """
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Argument(help: "A service point (S-00001) or a meter's number.") var meter: String
    @Option(help: "What the dial shows now, in m3: 1234.567.") var dial: String
    @Option(help: "What the dial shows after at least 10 L more, in m3.") var then: String?
    @Option(help: "How long to wait for the water, in seconds.") var wait = 900
    @Option(help: "Who read the dial.") var by = presentPerson()

    struct Document: Encodable {
        let schema = "mizumori.profile.verify/1"
        let servicePoint: String
        let model: String
        let dialMl: Int64
        @OrNull var thenMl: Int64?
        /// only, undecidable, none, or waiting for the second value.
        let verdict: String
        let isOfModel: Bool
        let readings: [Reading]
        /// Whether the proof is recorded, so that `check --strict` takes the model.
        let isRecorded: Bool
    }

    struct Reading: Encodable {
        let shift: Int
        @OrNull var order: String?
        let powerOfTen: Int
        @OrNull var dialOffsetMl: Int64?
    }

    func validate() throws {
        guard let first = dialVolume(dial) else { throw ValidationError("--dial: m3 such as 1234.567") }
        guard let then else { return }
        guard let second = dialVolume(then) else { throw ValidationError("--then: m3 such as 1234.580") }
        guard first != second else { throw ValidationError("--then: at least 0.010 m3 more than --dial") }
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "profile.verify")
        let found = try WiredMeter.find(meter, in: configuration, voice)
        let check = DialCheck(found, folders: folders, voice)
        guard let first = dialVolume(dial) else { throw ExitCode.refused }
        guard let then, let second = dialVolume(then) else {
            try await check.keepFirst(first)
            try voice.say(
                document(found, first, nil, nil, isRecorded: false),
                orText: voice.phrase(
                    "Registers read at dial \(dial) m3. Let at least 10 L run, then call again with --then.",
                    "指針 \(dial) m3 でのレジスタを記録しました。10 L 以上流してから --then を付けて再実行してください。"
                )
            )
            return
        }
        let verdict = try await check.verdict(first, second, wait: .seconds(wait))
        var isRecorded = false
        if case .only(let reading) = verdict, reading.isOfModel {
            try await record(found, configuration, voice)
            isRecorded = true
        }
        try voice.say(
            document(found, first, second, verdict, isRecorded: isRecorded),
            orText: text(verdict, found, voice)
        )
        guard isRecorded else { throw ExitCode.refused }
    }

    private func record(_ found: WiredMeter, _ configuration: Configuration, _ voice: Voice) async throws {
        let store = try await folders.visitedStore(voice)
        try await store.registerPilot(of: configuration)
        try await store.record(
            ModelProof(
                model: found.model.id.rawValue,
                edition: found.model.edition,
                point: found.installation.point.id,
                at: presentInstant(),
                person: by,
                detail: "dial \(dial) m3, then \(then ?? "") m3"
            )
        )
    }

    private func document(
        _ found: WiredMeter,
        _ first: Volume,
        _ second: Volume?,
        _ verdict: DialVerification.Verdict?,
        isRecorded: Bool
    ) -> Document {
        let readings = verdict?.readings ?? []
        return Document(
            servicePoint: found.installation.point.id.rawValue,
            model: found.model.id.rawValue,
            dialMl: first.millilitres,
            thenMl: second?.millilitres,
            verdict: verdict?.word ?? "waiting",
            isOfModel: readings.count == 1 && readings[0].isOfModel,
            readings: readings.map {
                Reading(
                    shift: $0.shift,
                    order: $0.order?.name,
                    powerOfTen: $0.power,
                    dialOffsetMl: $0.dialOffset?.millilitres
                )
            },
            isRecorded: isRecorded
        )
    }

    private func text(_ verdict: DialVerification.Verdict, _ found: WiredMeter, _ voice: Voice) -> String {
        let readings = verdict.readings.map { "  " + $0.text(found, voice) }
        switch verdict {
        case .only(let reading) where reading.isOfModel:
            return
                ([
                    voice.phrase(
                        "The only consistent reading is the model's own; recorded.",
                        "機種定義どおりの読み方だけが一致しました。記録しました。"
                    )
                ]
                + readings).joined(separator: "\n")
        case .only:
            return
                ([
                    voice.phrase(
                        "The only consistent reading is not the model's: correct its file.",
                        "一致した読み方は機種定義と異なります。定義ファイルを直してください。"
                    )
                ] + readings).joined(separator: "\n")
        case .undecidable:
            return ([voice.phrase("not decidable: several readings fit", "判定できません: 複数の読み方が一致します")] + readings)
                .joined(separator: "\n")
        case .none:
            return voice.phrase("not decidable: no reading fits both values", "判定できません: 両方の指針に一致する読み方がありません")
        }
    }
}

/// Reads a meter at two values of its dial.
struct DialCheck: Sendable {
    /// So many equal reads, a second apart, are a closed tap.
    private static let stillReads = 8

    private let found: WiredMeter
    private let folders: FolderOptions
    private let voice: Voice
    private let verification: DialVerification

    init(_ found: WiredMeter, folders: FolderOptions, _ voice: Voice) {
        self.found = found
        self.folders = folders
        self.voice = voice
        verification = DialVerification(
            profile: found.model,
            channel: found.wiring.channel,
            site: found.wiring.site
        )
    }

    /// Reads the registers now and keeps them for a later call.
    func keepFirst(_ dial: Volume) async throws {
        let sighting = try await sighting(dial)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let kept = Kept(dialMl: dial.millilitres, registers: sighting.image.listed)
        try JSONEncoder().encode(kept).write(to: URL(fileURLWithPath: file), options: .atomic)
    }

    /// Reads the registers at the first value, unless an earlier call kept them, and again until they show the second.
    func verdict(_ first: Volume, _ second: Volume, wait: Duration) async throws -> DialVerification.Verdict {
        guard found.wiring.site.dial.wrapped(second - first) >= DialVerification.leastVolume else {
            voice.tell(
                "--then has to be at least 10 L (0.010 m3) more than --dial",
                "--then は --dial より 10 L (0.010 m3) 以上大きい値が必要です"
            )
            throw ExitCode.refused
        }
        let before: DialVerification.Sighting
        if let kept = kept(first) {
            before = kept
            return verification.verdict(before, try await sighting(second))
        }
        before = try await sighting(first)
        voice.tell(
            "Registers read at the first value. Let water run, close the tap, and press Enter when the dial shows the second.",
            "一つ目の指針でのレジスタを読みました。水を流して止め、二つ目の指針になったら Enter を押してください。"
        )
        return try await watch(before, second, until: ContinuousClock.now + wait)
    }

    /// Reads on until somebody says that the dial shows the second value, or until the registers have moved and then
    /// stood still: the tap is closed.
    ///
    /// While water runs nothing is decided: on its way to ten times the amount a wrong scale fits once.
    private func watch(
        _ before: DialVerification.Sighting,
        _ second: Volume,
        until end: ContinuousClock.Instant
    ) async throws -> DialVerification.Verdict {
        let enter = EnterKey()
        var last = before
        var stillReads = 0
        while ContinuousClock.now < end {
            let isTold = enter.isPressed
            let now = try await sighting(second)
            stillReads = now.image == last.image ? stillReads + 1 : 0
            last = now
            let isStill = !enter.isThere && stillReads >= DialCheck.stillReads && now.image != before.image
            if isTold || isStill { break }
            try await Task.sleep(for: .seconds(1))
        }
        return verification.verdict(before, DialVerification.Sighting(image: last.image, dial: second))
    }

    private func sighting(_ dial: Volume) async throws -> DialVerification.Sighting {
        let access = await LineAccess.open(found.line, folders: folders)
        var interview = found.interview(over: access.bus)
        do throws(BusError) {
            try await interview.read(.scale, channels: [found.wiring.channel], cost: found.line.cost)
            for request in verification.requests(cost: found.line.cost) {
                do throws(BusError) {
                    try await interview.read(request)
                } catch {
                    // One register further than the model goes is more than some units have.
                    guard case .exception = error.code else { throw error }
                    try await interview.read(.index, channels: [found.wiring.channel], cost: found.line.cost)
                }
            }
        } catch {
            voice.tell(error)
            throw ExitCode.failure
        }
        return DialVerification.Sighting(image: interview.image, dial: dial)
    }

    private struct Kept: Codable {
        let dialMl: Int64
        let registers: [RegisterImage.Listed]
    }

    private func kept(_ dial: Volume) -> DialVerification.Sighting? {
        guard let data = FileManager.default.contents(atPath: file),
            let kept = try? JSONDecoder().decode(Kept.self, from: data), kept.dialMl == dial.millilitres
        else { return nil }
        return DialVerification.Sighting(image: RegisterImage(kept.registers), dial: dial)
    }

    private var folder: String { folders.data + "/verify" }
    private var file: String { folder + "/\(found.installation.point.id).json" }
}

/// Whether somebody has pressed Enter; never where nobody sits at a terminal.
private struct EnterKey {
    /// Whether somebody sits at a terminal.
    var isThere: Bool { isatty(STDIN_FILENO) == 1 }

    var isPressed: Bool {
        guard isThere else { return false }
        var question = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&question, 1, 0) > 0 else { return false }
        return readLine() != nil
    }
}

extension DialVerification.Verdict {
    var readings: [DialVerification.Interpretation] {
        switch self {
        case .only(let reading): [reading]
        case .undecidable(let readings): readings
        case .none: []
        }
    }

    var word: String {
        switch self {
        case .only: "only"
        case .undecidable: "undecidable"
        case .none: "none"
        }
    }
}

extension DialVerification.Interpretation {
    /// In words: `addresses as in the model, order little, x 10^1`.
    func text(_ found: WiredMeter, _ voice: Voice) -> String {
        let place =
            shift == 0
            ? voice.phrase("addresses as in the model", "番地は定義どおり")
            : voice.phrase("addresses \(shift > 0 ? "+" : "")\(shift)", "番地 \(shift > 0 ? "+" : "")\(shift)")
        let bytes =
            order.map { voice.phrase("order \($0.name)", "順序 \($0.name)") }
            ?? voice.phrase("order as in the model", "順序は定義どおり")
        let scale =
            power == 0 ? voice.phrase("scale as in the model", "倍率は定義どおり") : "x 10^\(power)"
        let offset = dialOffset.map {
            voice.phrase(", dial_offset_l \($0.roundedLitres)", "、dial_offset_l \($0.roundedLitres)")
        }
        return "\(place), \(bytes), \(scale)" + (offset ?? "")
    }
}
