import ArgumentParser
import Console
import Gateway
import Metering
import Storage

/// Records what people did at meters.
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record what people did or found at a meter or a service point.",
        subcommands: [DialReading.self, ModuleSwap.self, Exchange.self] + Record.events
    )

    /// Where, when, who, why: the same for every kind.
    struct Act: ParsableArguments {
        @Argument(help: "A service point (S-00001).") var point: String
        @Option(help: "When: 2026-03-01T10:00, in Japan unless it has a zone.") var at: String
        @Option(help: "Who did it.") var by: String
        @Option(help: "Why.") var reason: String

        func validate() throws {
            guard parsedInstant(at) != nil else { throw ValidationError("--at: such as 2026-03-01T10:00") }
            guard !by.isEmpty, !reason.isEmpty else {
                throw ValidationError("--by and --reason must not be empty")
            }
        }

        var instant: Instant { parsedInstant(at) ?? presentInstant() }
    }

    /// Compares a dial with the index, and sets a pulse module's dial anew.
    struct DialReading: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dial_reading",
            abstract:
                "A dial that somebody read: its drift against the index; with --set the index stands there."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @OptionGroup var act: Act
        @Option(help: "What the dial showed, in m3.") var dial: String
        @Flag(help: "Let the index stand there from then on.") var set = false

        struct Document: Encodable {
            let schema = "mizumori.record.dial_reading/1"
            let servicePoint: String
            let dialMl: Int64
            @OrNull var indexMl: Int64?
            @OrNull var indexAt: String?
            @OrNull var driftMl: Int64?
            @OrNull var dialOffsetMl: Int64?
            let readingsMoved: Int
        }

        func validate() throws {
            guard dialVolume(dial) != nil else { throw ValidationError("--dial: m3 such as 1234.567") }
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let (fitting, now) = try await Record.open(folders, voice, command: "record.dial_reading")
            let dialVolume = dialVolume(dial) ?? .zero
            let outcome = try await voice.refusing {
                try await fitting.readDial(
                    at: ServicePoint.ID(act.point),
                    act.instant,
                    dial: dialVolume,
                    sets: set,
                    by: act.by,
                    reason: act.reason,
                    at: now
                )
            }
            let document = Document(
                servicePoint: act.point,
                dialMl: dialVolume.millilitres,
                indexMl: outcome.index?.millilitres,
                indexAt: outcome.indexAt?.description,
                driftMl: outcome.drift?.millilitres,
                dialOffsetMl: outcome.offset?.millilitres,
                readingsMoved: outcome.moved
            )
            try voice.say(document, orText: text(outcome, voice))
        }

        private func text(_ outcome: Fitting.DialOutcome, _ voice: Voice) -> String {
            guard let index = outcome.index, let drift = outcome.drift else {
                return voice.phrase("No index near that instant to compare with.", "比較できる指針がありません。")
            }
            let compared = voice.phrase(
                "index \(cubicMetres(index)) m3, dial \(dial) m3: drift \(drift)",
                "指針 \(cubicMetres(index)) m3、目視 \(dial) m3: 差 \(drift)"
            )
            guard let offset = outcome.offset else { return compared }
            return compared + "\n"
                + voice.phrase(
                    "set: offset \(offset), \(outcome.moved) readings moved",
                    "設定しました: オフセット \(offset)、指針の更新 \(outcome.moved) 件"
                )
        }
    }

    /// Records a swapped pulse module.
    struct ModuleSwap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "module_swap",
            abstract: "A pulse module swapped under its meters: its successor counts from zero."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @OptionGroup var act: Act
        @Option(help: "The new module's own number.") var serial: String?

        struct Document: Encodable {
            let schema = "mizumori.record.module_swap/1"
            let dials: [Dial]
            let readingsClaimed: Int
        }

        struct Dial: Encodable {
            let servicePoint: String
            let dialOffsetMl: Int64
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let configuration = try folders.configuration(voice, command: "record.module_swap")
            let found = try WiredMeter.find(act.point, in: configuration, voice)
            let (fitting, now) = try await Record.open(folders, voice, command: "record.module_swap")
            let (settings, claimed) = try await voice.refusing {
                try await fitting.swapModule(
                    found.wiring.unit,
                    on: found.wiring.path,
                    at: act.instant,
                    serial: serial,
                    by: act.by,
                    reason: act.reason,
                    at: now
                )
            }
            let document = Document(
                dials: settings.map {
                    Dial(servicePoint: $0.point.rawValue, dialOffsetMl: $0.offset.millilitres)
                },
                readingsClaimed: claimed
            )
            let lines = settings.map { "\($0.point)  \(cubicMetres($0.offset)) m3" }
            try voice.say(
                document,
                orText: (lines + [
                    voice.phrase("\(claimed) held readings claimed", "保留の指針 \(claimed) 件を採用しました")
                ])
                .joined(separator: "\n")
            )
        }
    }

    /// Records a meter exchange.
    struct Exchange: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A meter exchanged: closing index of the old one, opening index of the new one."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @OptionGroup var act: Act
        @Option(help: "What the old meter showed last, in m3.") var closing: String
        @Option(help: "What the new meter showed first, in m3.") var opening: String
        @Option(help: "The new meter's number, as its maker writes it.") var newMeter: String
        @Option(help: "The number that the new meter bears in its own registers.") var serial: String?

        struct Document: Encodable {
            let schema = "mizumori.record.exchange/1"
            let servicePoint: String
            let isNew: Bool
            let readingsClaimed: Int
        }

        func validate() throws {
            guard dialVolume(closing) != nil, dialVolume(opening) != nil else {
                throw ValidationError("--closing and --opening: m3 such as 1234.567")
            }
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let (fitting, now) = try await Record.open(folders, voice, command: "record.exchange")
            let exchange = MeterExchange(
                point: ServicePoint.ID(act.point),
                at: act.instant,
                closing: dialVolume(closing) ?? .zero,
                opening: dialVolume(opening) ?? .zero,
                newMeter: Meter.ID(newMeter)
            )
            let (isNew, claimed) = try await voice.refusing {
                try await fitting.exchange(exchange, serial: serial, by: act.by, at: now)
            }
            try voice.say(
                Document(servicePoint: act.point, isNew: isNew, readingsClaimed: claimed),
                orText: voice.phrase(
                    "\(isNew ? "recorded" : "known already"); \(claimed) held readings claimed",
                    "\(isNew ? "記録しました" : "既に記録済みです")。保留の指針 \(claimed) 件を採用しました"
                )
            )
        }
    }

    private static func open(_ folders: FolderOptions, _ voice: Voice, command: String) async throws -> (
        fitting: Fitting, now: Instant
    ) {
        let (configuration, store) = try await folders.registered(voice, command: command)
        return (Fitting(pilot: configuration.pilot, store: store), presentInstant())
    }
}
