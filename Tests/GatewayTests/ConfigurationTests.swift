import Acquisition
import Decoding
import Detection
import Foundation
import Mail
import Metering
import Normalisation
import Settings
import Testing

@testable import Gateway

/// The shipped folders, copied to a place where a test may spoil them.
private struct Folders: ~Copyable {
    let path = NSTemporaryDirectory() + "mizumori-\(UUID().uuidString)"

    private static let root: String = {
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.path()
    }()

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for name in ["config", "meters"] {
            try FileManager.default.copyItem(atPath: Folders.root + name, toPath: "\(path)/\(name)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func load(_ environment: [String: String] = [:]) throws(SettingsProblems) -> Configuration {
        try Configuration.load(
            config: path + "/config",
            meters: path + "/meters",
            environment: environment
        )
    }

    /// The problems after `old` was replaced by `new` in a file, without the folder's path.
    func problems(in file: String, _ old: String, _ new: String, _ environment: [String: String] = [:]) throws
        -> [String]
    {
        let full = "\(path)/\(file)"
        let text = try String(contentsOfFile: full, encoding: .utf8)
        try #require(text.contains(old), "\(file) has \(old)")
        let spoilt = text.replacing(old, with: new, maxReplacements: 1)
        try spoilt.write(toFile: full, atomically: true, encoding: .utf8)
        return problems(environment)
    }

    func problems(_ environment: [String: String] = [:]) -> [String] {
        do throws(SettingsProblems) {
            _ = try load(environment)
            return []
        } catch {
            return error.problems.map { $0.text(in: .english).replacing("\(path)/", with: "") }
        }
    }
}

struct ConfigurationTests {
    @Test func `the shipped files are right and hold twenty installations`() throws {
        let configuration = try Folders().load()
        let pilot = configuration.pilot
        #expect(pilot.installations.count == 20)
        #expect(pilot.feedPoints.count == 8)
        #expect(configuration.settings.lines.map(\.id.rawValue) == ["line-a", "line-b"])
        #expect(configuration.rules == .shipped, "what the file shows is what the program has anyway")
        #expect(configuration.pilot.terms == .shipped, "likewise")
        #expect(configuration.templates != nil)
        #expect(!configuration.unverified.map(\.description).isEmpty)
    }

    @Test func `every shipped model proves itself by its examples`() throws {
        let models = try Folders().load().pilot.profiles.values
        #expect(models.count >= 13)
        for model in models {
            let proof = ProfileProof(profile: model)
            #expect(proof.valueCount > 0, "\(model.id)")
            #expect(proof.mismatches() == [], "\(model.id)")
        }
    }

    @Test(arguments: [
        (
            "config/gateway.yaml", "baud: 9600", "baud: 96",
            "config/gateway.yaml:20:11: lines[0].baud: expected one of 110, 300, 600"
        ),
        (
            "config/gateway.yaml", "id: line-b", "id: line-a",
            "config/gateway.yaml:23:9: lines[1].id: expected the key once only, found 'line-a' again"
        ),
        (
            "config/gateway.yaml", "transport: serial", "transport: radio",
            "config/gateway.yaml:18:16: lines[0].transport: expected one of serial, tcp, rtu_over_tcp, found 'radio'"
        ),
        (
            "config/gateway.yaml", "  url: http://", "  url: ftp://",
            "config/gateway.yaml:33:8: feed.url: expected an http or https address, found 'ftp://127.0.0.1:8181'"
        ),
        (
            "config/gateway.yaml", "  pull_minutes: 60", "  pull_minute: 60",
            "config/gateway.yaml:34:3: feed.pull_minute: expected a known key; did you mean 'pull_minutes'?, found 'pull_minute'"
        ),
        (
            "config/mail.yaml", "urgent: [duty@example.jp]", "urgent: [duty]",
            "config/mail.yaml:17:11: recipients.urgent: expected mail addresses, found 'duty'"
        ),
        (
            "config/detection.yaml", "[1, 5, 20]", "[1, 5]",
            "config/detection.yaml:9:26: continuous_flow.floor_litres_per_hour: expected three numbers: up to 25 mm, up to 40 mm, above, found a list"
        ),
        (
            "config/validation.yaml", "times_jitter: 5, times_usage", "times_jitters: 5, times_usage",
            "config/validation.yaml:7:22: spike.times_jitters: expected a known key; did you mean 'times_jitter'?"
        ),
        (
            "config/validation.yaml", "flagged_seconds: 120", "flagged_seconds: 1",
            "config/validation.yaml:21:26: clock.flagged_seconds: expected a whole number from 10 to 1800, found '1'"
        ),
        (
            "config/validation.yaml", "  # monthly_ceiling_m3: {13: 80, 20: 170}",
            "  monthly_ceiling_m3: {13mm: 80}",
            "config/validation.yaml:19:30: pipe.monthly_ceiling_m3.13mm: expected a bore of 10 to 1,000 mm, found '13mm'"
        ),
        (
            "config/mail/incident.mustache", "{{incident}}", "{{incidnet}}",
            "config/mail/incident.mustache:5:7: expected"
        ),
        (
            "meters/pilot.yaml", "service_point: S-00002", "service_point: S-00001",
            "meters/pilot.yaml:20:20: installations[1].service_point: expected the key once only, found 'S-00001' again"
        ),
        (
            "meters/pilot.yaml", "channel: 1\n", "channel: 99\n",
            "meters/pilot.yaml:14:14: installations[0].channel: expected a whole number from 1 to 64, found '99'"
        ),
        (
            "meters/pilot.yaml", "model: wirenboard-mcm8", "model: wirenboard",
            "meters/pilot.yaml:13:12: installations[0].model: expected one of abb-aquamaster3, arad-octave, "
        ),
        (
            "meters/pilot.yaml", "    litres_per_count: 1\n", "",
            "meters/pilot.yaml:6:5: installations[0].litres_per_count: expected a value, which is required, found nothing"
        ),
        (
            "meters/pilot.yaml", "verified_until: 2031-03", "verified_until: 2031-13",
            "meters/pilot.yaml:18:21: installations[0].verified_until: expected a month such as 2031-03, found '2031-13'"
        ),
        (
            "meters/models/wirenboard-mwac-v2.yaml", "type: uint32}", "type: uint31}",
            "meters/models/wirenboard-mwac-v2.yaml:13:48: fields.counts_1.type: expected one of uint8, "
        ),
        (
            "meters/models/wirenboard-mwac-v2.yaml", "from: 10, to: 11", "from: 11, to: 10",
            "meters/models/wirenboard-mwac-v2.yaml:44:33: denied[0].to: expected an address not before 'from', found '10'"
        ),
    ])
    func `a mistake is told with file, line, column and field`(
        file: String,
        old: String,
        new: String,
        problem: String
    ) throws {
        let problems = try Folders().problems(in: file, old, new)
        #expect(problems.count == 1 && problems[0].hasPrefix(problem), "\(problems)")
    }

    @Test func `without the terms of series, the shipped ones hold`() throws {
        let folders = try Folders()
        try FileManager.default.removeItem(atPath: folders.path + "/config/validation.yaml")
        #expect(try folders.load().pilot.terms == .shipped)
    }

    @Test func `every term that is named is taken, and the others are the shipped ones`() throws {
        let folders = try Folders()
        let text = """
            format: 1
            version: 7
            jitter: {litres: 20}
            pipe: {overload_litres_per_hour: {13: 3000, 20: 4500}, monthly_ceiling_m3: {13: 70}}
            clock: {flagged_seconds: 60}
            standstill: {zero_days: 3}
            estimation: {samples: 3}
            """
        let path = folders.path + "/config/validation.yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        var expected = SeriesTerms()
        expected.version = 7
        expected.index.jitterLitres = 20
        expected.index.overloadLitresPerHour = [13: 3_000, 20: 4_500]
        expected.index.monthlyCeilingCubicMetres = [13: 70]
        expected.clock.flaggedSeconds = 60
        expected.validation.zeroDays = 3
        expected.estimation.samples = 3
        let configuration = try folders.load()
        #expect(configuration.pilot.terms == expected)
        #expect(configuration.adopting([]).pilot.terms == expected, "also under the register")
    }

    @Test func `all mistakes in the terms of series are told at once`() throws {
        let folders = try Folders()
        let path = folders.path + "/config/validation.yaml"
        let text =
            "format: 1\njitter: {litre: 1}\nspike: {readings: 0}\nhigh_low: {low_percent: 100}\nodd: 1\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(folders.problems().count == 4, "\(folders.problems())")
    }

    @Test func `mistakes in several files are told at once`() throws {
        let folders = try Folders()
        _ = try folders.problems(in: "config/gateway.yaml", "baud: 9600", "baud: 96")
        _ = try folders.problems(in: "config/detection.yaml", "days: 14", "days: none")
        let problems = try folders.problems(in: "meters/pilot.yaml", "calibre_mm: 13", "calibre_mm: 1")
        #expect(Set(problems.compactMap { $0.split(separator: ":").first }).count == 3, "\(problems)")
    }

    @Test func `a field that the model itself forbids to read is refused`() throws {
        let problems = try Folders().problems(
            in: "meters/models/dynaflox-ultrad.yaml",
            "maximum_count: 22",
            "maximum_count: 1"
        )
        #expect(problems.contains { $0.contains("a field that a request within limits") }, "\(problems)")
    }

    @Test func `a folder without files is told file by file`() throws {
        let empty = Configuration.self
        let error = #expect(throws: SettingsProblems.self) {
            try empty.load(config: "/nowhere", meters: "/nowhere", environment: [:])
        }
        let files = error?.problems.map(\.file) ?? []
        #expect(
            files.sorted() == [
                "/nowhere/detection.yaml", "/nowhere/gateway.yaml", "/nowhere/pilot.yaml",
            ]
        )
    }

    @Test func `secrets come from the environment and never from the file`() throws {
        let folders = try Folders()
        let user = "security: none\n  user: gateway\n  password_env: MAIL_SECRET"
        let unset = try folders.problems(in: "config/mail.yaml", "security: none", user)
        #expect(
            unset.contains { $0.contains("smtp.password_env: expected a variable that is set") },
            "\(unset)"
        )
        let set = try folders.load(["MAIL_SECRET": "s3cret"])
        let login = try #require(set.settings.mail?.server.login)
        #expect(login.password == "s3cret")
        #expect(!"\(login)".contains("s3cret"))
    }

    private static let files = """
        files:
          - id: daily
            folder: data/drop
            layout: kyodo-kenshin-daily
            sftp: {url: "sftp://h/out/", user: water, known_hosts: k, password_env: SFTP_SECRET}
        """

    @Test func `a folder of files has its layout and where they are fetched from`() throws {
        let folders = try Folders()
        let path = folders.path + "/config/gateway.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try (text + "\n" + Self.files).write(toFile: path, atomically: true, encoding: .utf8)
        let configuration = try folders.load(["SFTP_SECRET": "s3cret"])
        let folder = try #require(configuration.settings.folders.first)
        #expect(folder.layout.id == FeedLayout.ID("kyodo-kenshin-daily"))
        #expect(folder.remote?.password == "s3cret")
        #expect(!"\(folder)".contains("s3cret"))
        #expect(configuration.path(ofFilesBy: folder.layout) == folder.id)
        let other = try #require(configuration.layouts.last)
        #expect(configuration.path(ofFilesBy: other).rawValue == other.id.rawValue)
    }

    @Test(arguments: [
        ("kyodo-kenshin-daily", "daily-kenshin", "files[0].layout: expected one of kenshin-workbook"),
        ("sftp://h/out/", "sftp://h/out", "files[0].sftp.url: expected the sftp address of a folder"),
        (", password_env: SFTP_SECRET", "", "files[0].sftp.key_file: expected a key_file"),
        ("known_hosts: k, ", "", "files[0].sftp.known_hosts: expected a value"),
        ("folder: data/drop", "folders: data/drop", "files[0].folder: expected a value"),
    ])
    func `a mistake in a folder of files is told`(old: String, new: String, problem: String) throws {
        let folders = try Folders()
        let files = Self.files.replacing(old, with: new, maxReplacements: 1)
        let problems = try folders.problems(
            in: "config/gateway.yaml",
            "polling:",
            files + "\npolling:",
            ["SFTP_SECRET": "s3cret"]
        )
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
    }

    @Test(
        arguments: [
            ("{secret_env: PUSH}", "0123456789abcdef", nil),
            ("{secret_env: PUSH}", "too short", "push: expected a secret of at least 16 characters"),
            ("{secret_env: PUSH}", nil, "push.secret_env: expected a variable that is set"),
            ("{window_seconds: 60}", nil, "push.secret_env: expected a secret of at least 16 characters"),
            (
                "{secret_env: PUSH, window_seconds: 5}", "0123456789abcdef",
                "push.window_seconds: expected a whole number"
            ),
        ] as [(String, String?, String?)]
    )
    func `the door for pushes wants a secret that nobody guesses`(
        section: String,
        secret: String?,
        problem: String?
    ) throws {
        let folders = try Folders()
        let environment = secret.map { ["PUSH": $0] } ?? [:]
        let problems = try folders.problems(
            in: "config/gateway.yaml",
            "polling:",
            "push: \(section)\npolling:",
            environment
        )
        guard let problem else {
            let push = try #require(try folders.load(environment).settings.push)
            #expect(problems == [] && push.windowSeconds == 300 && !"\(push)".contains("0123"))
            return
        }
        #expect(problems.count == 1 && problems[0].contains(problem), "\(problems)")
    }

    @Test func `every shipped layout proves itself by its examples`() throws {
        let layouts = try Folders().load().layouts
        #expect(
            layouts.map(\.id.rawValue) == ["kenshin-workbook", "kyodo-kenshin-daily", "kyodo-kenshin-wide"]
        )
        for layout in layouts {
            let proof = LayoutProof(layout)
            #expect(proof.valueCount > 0 && proof.mismatches() == [], "\(layout.id)")
        }
    }

    @Test func `without mail and without a feed a configuration is right`() throws {
        let folders = try Folders()
        try FileManager.default.removeItem(atPath: folders.path + "/config/mail.yaml")
        let configuration = try folders.load()
        #expect(configuration.settings.mail == nil && configuration.templates == nil)
    }
}
