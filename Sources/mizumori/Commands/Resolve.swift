import ArgumentParser
import Console
import Gateway
import Metering
import Storage

/// What a person says of a fall, a jump or a stretch of readings that nothing explained.
struct Resolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Explain a fall, a jump or bad readings: an exchange, a corrected index, or an invalid stretch."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Argument(help: "A service point (S-00001).") var point: String?
    @Option(help: "The stretch begins: 2026-03-01T10:00.") var from: String?
    @Option(help: "And ends before; for a correction the one reading at --from when none is given.")
    var to: String?
    @Option(name: .customLong("as"), help: "exchange, correction or invalid.") var claim: String?
    @Option(help: "What the old meter showed last, in m3.") var closing: String?
    @Option(help: "What the new meter showed first, in m3.") var opening: String?
    @Option(help: "The new meter's number.") var newMeter: String?
    @Option(help: "When it was exchanged, where the readings do not tell.") var exchangedAt: String?
    @Option(help: "The right index, in m3.") var index: String?
    @Option(help: "Take a resolution back, by its number.") var undo: Int64?
    @Option(help: "Who says so.") var by: String
    @Option(help: "Why.") var reason: String

    struct Document: Encodable {
        let schema = "mizumori.resolve/1"
        let resolution: Int64
        let servicePoint: String
        let kind: String
        let undone: Bool
        let unexplained: Int
    }

    func validate() throws {
        guard !by.isEmpty, !reason.isEmpty else {
            throw ValidationError("--by and --reason must not be empty")
        }
        guard undo == nil else { return }
        guard point != nil, parsedClaim != nil, stretch != nil else {
            throw ValidationError(
                "POINT --from --to --as exchange (--closing --opening --new-meter), correction (--index) or invalid; "
                    + "or --undo NUMBER"
            )
        }
    }

    private var stretch: (from: Instant, to: Instant)? {
        guard let start = from.flatMap(parsedInstant) else { return nil }
        if let end = to.flatMap(parsedInstant) { return (start, end) }
        return to == nil && claim == "correction" ? (start, start + 1) : nil
    }

    private var parsedClaim: Resolving.Claim? {
        switch claim {
        case "invalid": return .invalid
        case "correction": return index.flatMap(dialVolume).map { .correction($0) }
        case "exchange":
            guard let closing = closing.flatMap(dialVolume), let opening = opening.flatMap(dialVolume),
                let newMeter, exchangedAt == nil || exchangedAt.flatMap(parsedInstant) != nil
            else { return nil }
            return .exchange(
                closing: closing,
                opening: opening,
                newMeter: Meter.ID(newMeter),
                at: exchangedAt.flatMap(parsedInstant)
            )
        default: return nil
        }
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let (configuration, store) = try await folders.registered(voice, command: "resolve")
        if let undo { return try await takeBack(undo, store, voice) }
        guard let stretch, let parsedClaim, let point else { throw ExitCode.refused }
        let outcome = try await voice.refusing {
            try await Resolving(pilot: configuration.pilot, store: store).resolve(
                parsedClaim,
                at: ServicePoint.ID(point),
                from: stretch.from,
                to: stretch.to,
                by: by,
                reason: reason,
                now: presentInstant()
            )
        }
        let document = Document(
            resolution: outcome.number,
            servicePoint: point,
            kind: claim ?? "",
            undone: false,
            unexplained: outcome.left.count
        )
        let left = outcome.left.count
        try voice.say(
            document,
            orText: voice.phrase(
                "resolution \(outcome.number) recorded; \(left) left unexplained in it",
                "処置 \(outcome.number) を記録しました。期間内の未説明は \(left) 件です"
            )
        )
    }

    private func takeBack(_ number: Int64, _ store: MeterStore, _ voice: Voice) async throws {
        let undone = try await voice.refusing {
            try await store.undoResolution(number, by: by, reason: reason, at: presentInstant())
        }
        let document = Document(
            resolution: number,
            servicePoint: undone.point.rawValue,
            kind: undone.kind,
            undone: true,
            unexplained: 0
        )
        try voice.say(
            document,
            orText: voice.phrase("resolution \(number) undone", "処置 \(number) を取り消しました")
        )
    }
}
