import ArgumentParser
import Console
import Gateway
import Metering
import Storage

/// The register (台帳) of service points and meters.
struct RegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "The register of service points and meters.",
        subcommands: [Show.self, Set.self, Difference.self]
    )

    /// Shows the register.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What the register says.")

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A service point; all when none is named.") var point: String?

        struct Document: Encodable {
            let schema = "mizumori.register.show/1"
            let points: [Point]
        }

        struct Point: Encodable {
            let servicePoint: String
            let calibreMm: Int
            let useClass: String
            let area: String
            let vacant: Bool
            let meter: String
            let dialCapacityMl: Int64
            let dialResolutionMl: Int64
            @OrNull var verifiedUntil: String?
            let billable: Bool

            init(_ known: RegisteredPoint) {
                servicePoint = known.point.id.rawValue
                calibreMm = known.point.calibre.millimetres
                useClass = known.point.useClass.name
                area = known.point.area
                vacant = known.point.isVacant
                meter = known.meter.id.rawValue
                dialCapacityMl = known.meter.dial.capacity.millilitres
                dialResolutionMl = known.meter.dial.resolution.millilitres
                verifiedUntil = known.meter.verifiedUntil?.description
                billable = known.meter.isBillable
            }
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let (_, store) = try await folders.registered(voice, command: "register.show")
            let all = try await store.registeredPoints()
            let points = all.filter { point == nil || $0.point.id.rawValue == point }
            if let point, points.isEmpty {
                voice.tell("no service point \(point)", "水栓 \(point) はありません")
                throw ExitCode.refused
            }
            try voice.say(Document(points: points.map(Point.init)), orText: text(points, voice))
        }

        private func text(_ points: [RegisteredPoint], _ voice: Voice) -> String {
            let keys = RegisterKey.allCases
            var table = TextTable([voice.phrase("point", "水栓番号")] + keys.map { $0.word(voice) })
            for known in points {
                table.append([known.point.id.rawValue] + keys.map { said($0.text(of: known), voice) })
            }
            return table.render()
        }

        /// A key's value as people say it.
        private func said(_ value: String, _ voice: Voice) -> String {
            switch value {
            case "true": voice.phrase("yes", "はい")
            case "false": voice.phrase("no", "いいえ")
            default: value
            }
        }
    }

    /// Sets one key of a point.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Set what the register says: \(RegisterChange.keys.map(\.rawValue).joined(separator: ", "))."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A service point.") var point: String
        @Argument(help: "A key of meters/pilot.yaml.") var key: String
        @Argument(help: "Its value; a dial as 10000 or 10000,10 (m3, litres a step).") var value: String
        @Option(help: "Who says so.") var by: String
        @Option(help: "Why.") var reason: String

        struct Document: Encodable {
            let schema = "mizumori.register.set/1"
            let servicePoint: String
            let key: String
            let value: String
            let changed: Bool
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let (_, store) = try await folders.registered(voice, command: "register.set")
            let changed = try await voice.refusing {
                try await RegisterChange(store: store)
                    .set(
                        key,
                        to: value,
                        at: ServicePoint.ID(point),
                        by: by,
                        reason: reason,
                        now: presentInstant()
                    )
            }
            try voice.say(
                Document(servicePoint: point, key: key, value: value, changed: changed),
                orText: changed
                    ? voice.phrase("\(point) \(key): \(value)", "\(point) の \(key) を \(value) に変更しました")
                    : voice.phrase("\(point) \(key) is \(value) already", "\(point) の \(key) は既に \(value) です")
            )
        }
    }

    /// Compares the files with the register.
    struct Difference: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Where meters/pilot.yaml says something else than the register, which counts."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions

        struct Document: Encodable {
            let schema = "mizumori.register.diff/1"
            let differences: [Entry]
            let onlyInRegister: [String]
        }

        struct Entry: Encodable {
            let servicePoint: String
            let key: String
            let register: String
            let file: String
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let files = try folders.configuration(voice, command: "register.diff").pilot
            let store = try await folders.visitedStore(voice)
            let differences = try await store.registerDifferences(from: files.registered)
            let known = try await store.registeredPoints().map(\.point.id)
            let only = known.filter { files.installation(at: $0) == nil }
            let document = Document(
                differences: differences.map {
                    Entry(
                        servicePoint: $0.point.rawValue,
                        key: $0.key.rawValue,
                        register: $0.register,
                        file: $0.file
                    )
                },
                onlyInRegister: only.map(\.rawValue)
            )
            try voice.say(document, orText: text(differences, only, voice))
        }

        private func text(_ differences: [RegisterDifference], _ only: [ServicePoint.ID], _ voice: Voice)
            -> String
        {
            guard !differences.isEmpty || !only.isEmpty else {
                return voice.phrase("The files say what the register says.", "ファイルと台帳に相違はありません。")
            }
            let lines = differences.map { difference in
                voice.phrase(
                    difference.description,
                    "\(difference.point) \(difference.key.word(voice)): 台帳 '\(difference.register)'、"
                        + "ファイル '\(difference.file)'"
                )
            }
            let alone = only.map {
                voice.phrase("\($0): in the register, in no file", "\($0): 台帳のみ (設置情報なし)")
            }
            return (lines + alone).joined(separator: "\n")
        }
    }
}

extension RegisterKey {
    /// The heading of its column.
    func word(_ voice: Voice) -> String {
        switch self {
        case .calibre: voice.phrase("calibre", "口径")
        case .useClass: voice.phrase("use", "用途")
        case .area: voice.phrase("area", "地区")
        case .vacant: voice.phrase("vacant", "空き家")
        case .meter: voice.phrase("meter", "メーター番号")
        case .dial: voice.phrase("dial", "指針の範囲")
        case .verifiedUntil: voice.phrase("verified until", "検定満期")
        case .billable: voice.phrase("billable", "取引使用")
        }
    }
}
