import Acquisition
public import Decoding
public import Detection
import FoundationEssentials
public import Mail
public import Metering
import Normalisation
public import Settings
public import Storage

/// Everything that the files say, after all of them were found right.
public struct Configuration: Sendable {
    public let settings: GatewaySettings
    public let rules: DetectionRules
    public let templates: MailTemplates?
    public let pilot: Pilot
    /// How files of readings are laid out.
    public let layouts: [FeedLayout]
    /// Facts that no source settles, of the meter models in use: `check` warns of them until they are proven.
    public let unverified: [UnverifiedFact]

    public init(
        settings: GatewaySettings,
        rules: DetectionRules,
        templates: MailTemplates?,
        pilot: Pilot,
        layouts: [FeedLayout] = [],
        unverified: [UnverifiedFact]
    ) {
        self.settings = settings
        self.rules = rules
        self.templates = templates
        self.pilot = pilot
        self.layouts = layouts
        self.unverified = unverified
    }

    /// Reads both folders.
    ///
    /// - Parameters:
    ///   - config: the folder of `gateway.yaml`, `mail.yaml`, `detection.yaml`, `validation.yaml` and `mail/`.
    ///   - meters: the folder of `pilot.yaml` and `models/`.
    ///   - environment: where secrets named by a key are looked up.
    /// - Returns: the configuration; nothing is started.
    /// - Throws: every problem of every file at once.
    public static func load(
        config: String,
        meters: String,
        environment: [String: String]
    ) throws(SettingsProblems) -> Configuration {
        var reading = ConfigurationReading(environment: environment)
        let layouts = reading.layouts(in: config)
        let settings = reading.gateway(in: config, layouts: layouts)
        let lines = reading.problems.isEmpty ? settings?.lines.map(\.id) : nil
        let rules = reading.rules(at: config + "/detection.yaml")
        let terms = reading.terms(at: config + "/validation.yaml")
        let templates = settings?.mail == nil ? nil : reading.templates(in: config)
        let models = reading.models(in: meters)
        let installations = reading.installations(
            in: meters,
            models: models,
            lines: lines,
            folders: lines == nil ? nil : settings?.folders.map(\.id)
        )
        guard reading.problems.isEmpty, let settings else { throw SettingsProblems(reading.problems) }
        return Configuration(
            settings: settings,
            rules: rules,
            templates: templates,
            pilot: Pilot(installations: installations, profiles: models, terms: terms),
            layouts: layouts,
            unverified: unverified(models, in: installations)
        )
    }

    /// Reads the thresholds of the rules alone.
    ///
    /// - Parameter path: a file like `detection.yaml`.
    /// - Returns: its rules.
    /// - Throws: every problem of the file.
    public static func rules(inFile path: String) throws(SettingsProblems) -> DetectionRules {
        var reading = ConfigurationReading(environment: [:])
        let rules = reading.rules(at: path)
        guard reading.problems.isEmpty else { throw SettingsProblems(reading.problems) }
        return rules
    }

    private static func unverified(_ models: [MeterProfile], in installations: [Installation])
        -> [UnverifiedFact]
    {
        let used = Set(installations.flatMap { $0.ways.compactMap(\.source.wiring?.model) })
        return models.filter { used.contains($0.id) }.flatMap { model in
            model.unverified.map { UnverifiedFact(model: model.id, edition: model.edition, fact: $0) }
        }
    }
}

/// A fact of a meter model that no source settles.
public struct UnverifiedFact: Hashable, Sendable, CustomStringConvertible {
    public let model: MeterProfile.ID
    public let edition: String
    public let fact: String

    public var description: String { "\(model): \(fact)" }

    /// Whether one of the proofs at a real meter settles it: of this model, by the file as it is now.
    public func isSettled(by proofs: [ModelProof]) -> Bool {
        proofs.contains { $0.model == model.rawValue && $0.edition == edition }
    }
}

/// Reads file after file and collects what is wrong with them.
struct ConfigurationReading {
    private(set) var problems: [SettingsProblem] = []
    private var brokenModels: Set<MeterProfile.ID> = []
    private let environment: [String: String]

    init(environment: [String: String]) {
        self.environment = environment
    }

    mutating func gateway(in folder: String, layouts: [FeedLayout]) -> GatewaySettings? {
        let hasBrokenLayouts = !problems.isEmpty
        let gateway = read(folder + "/gateway.yaml")
        let mailPath = folder + "/mail.yaml"
        let mail = FileManager.default.fileExists(atPath: mailPath) ? read(mailPath) : nil
        let secrets = Secrets(environment: environment)
        let files = FilesSection(secrets: secrets, layouts: layouts, hasBrokenLayouts: hasBrokenLayouts)
        let settings = gateway.map {
            GatewayFile(secrets: secrets, files: files).settings(in: $0, mail: mail)
        }
        collect(gateway)
        collect(mail)
        return settings ?? nil
    }

    mutating func rules(at path: String) -> DetectionRules {
        guard let file = read(path) else { return .shipped }
        let rules = DetectionRulesFile.rules(in: file)
        collect(file)
        return rules
    }

    /// Without the file, the shipped ones.
    mutating func terms(at path: String) -> SeriesTerms {
        guard FileManager.default.fileExists(atPath: path), let file = read(path) else { return .shipped }
        let terms = SeriesTermsFile.terms(in: file)
        collect(file)
        return terms
    }

    mutating func templates(in folder: String) -> MailTemplates? {
        let incident = template(folder + "/mail/incident.mustache", MailTemplates.incidentPlaceholders)
        let test = template(folder + "/mail/test.mustache", MailTemplates.testPlaceholders)
        guard let incident, let test else { return nil }
        return MailTemplates(incident: incident, test: test)
    }

    mutating func models(in folder: String) -> [MeterProfile] {
        let path = folder + "/models"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
            model(at: path + "/" + name)
        }
    }

    mutating func model(at path: String) -> MeterProfile? {
        guard let file = read(path) else { return nil }
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let profile = ProfileFile(file, edition: Fingerprint(of: text.utf8).description).profile()
        collect(file)
        if profile == nil, let id = file.root.text("id") { brokenModels.insert(MeterProfile.ID(id)) }
        return profile
    }

    mutating func layouts(in folder: String) -> [FeedLayout] {
        let path = folder + "/layouts"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { layout(at: path + "/" + $0) }
    }

    mutating func layout(at path: String) -> FeedLayout? {
        guard let file = read(path) else { return nil }
        let layout = LayoutFile(file).layout()
        collect(file)
        return layout
    }

    mutating func installations(
        in folder: String,
        models: [MeterProfile],
        lines: [Path.ID]?,
        folders: [Path.ID]?
    ) -> [Installation] {
        guard let file = read(folder + "/pilot.yaml") else { return [] }
        let installations = PilotFile(
            file,
            models: models,
            brokenModels: brokenModels,
            lines: lines,
            folders: folders
        ).installations()
        collect(file)
        return installations
    }

    private mutating func read(_ path: String) -> SettingsFile? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            problem(path, 1, 1, .other(english: "a readable file", japanese: "読めるファイル"), found: "nothing")
            return nil
        }
        return SettingsFile(text, named: path)
    }

    private mutating func template(_ path: String, _ placeholders: [String]) -> MailTemplate? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            problem(path, 1, 1, .other(english: "a readable file", japanese: "読めるファイル"), found: "nothing")
            return nil
        }
        do throws(MailTemplateProblems) {
            return try MailTemplate(text, named: path, placeholders: placeholders)
        } catch {
            for one in error.problems {
                problem(
                    path,
                    one.line,
                    one.column,
                    .other(english: one.expected, japanese: one.expectedInJapanese),
                    found: one.found
                )
            }
            return nil
        }
    }

    private mutating func collect(_ file: SettingsFile?) {
        problems += file?.problems ?? []
    }

    private mutating func problem(
        _ file: String,
        _ line: Int,
        _ column: Int,
        _ expected: Expectation,
        found: String
    ) {
        problems.append(
            SettingsProblem(
                file: file,
                line: line,
                column: column,
                field: "",
                expected: expected,
                found: found
            )
        )
    }
}

/// Looks up secrets, which never stand in the files themselves.
struct Secrets {
    let environment: [String: String]

    /// The secret that a section names by `KEY_env` (a variable) or `KEY_file` (a file, its first line); nil for none.
    func secret(_ key: String, in section: Section) -> String? {
        if let name = section.text(key + "_env") {
            if let value = environment[name], !value.isEmpty { return value }
            section.problem(
                at: key + "_env",
                .other(english: "a variable that is set", japanese: "設定済みの環境変数"),
                found: name
            )
        }
        guard let path = section.text(key + "_file") else { return nil }
        let line = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n").first
        guard let line else {
            section.problem(
                at: key + "_file",
                .other(english: "a readable file with the secret", japanese: "読める秘密情報ファイル"),
                found: path
            )
            return nil
        }
        return String(line)
    }
}
