import Acquisition
import Foundation
import Metering
import Settings
import Testing

@testable import Gateway

/// The section `feed` of `gateway.yaml`, read by itself.
struct FeedSectionTests {
    private func read(_ lines: String, _ environment: [String: String] = [:]) -> (
        feed: FeedSettings?, problems: [String]
    ) {
        let file = SettingsFile("feed:\n" + lines, named: "gateway.yaml")
        let section = file.root.section("feed")
        let reader = FeedSection(secrets: Secrets(environment: environment))
        let feed = section.flatMap { reader.settings(in: $0) }
        section?.finish()
        return (feed, file.problems.map { $0.text(in: .english) })
    }

    @Test func `what is not named has its default`() throws {
        let (feed, problems) = read("  url: http://127.0.0.1:8181")
        #expect(problems == [])
        let expected = FeedSettings(id: Path.ID("feed"), baseURL: "http://127.0.0.1:8181")
        #expect(feed == expected)
        #expect(feed?.paths == [Path.ID("feed"), Path.ID("feed/alarms")])
    }

    @Test func `every key is taken over`() throws {
        let (feed, problems) = read(
            """
              id: tohoku
              url: https://feed.example.jp
              pull_minutes: 30
              alarm_minutes: 2
              overlap_hours: 96
              request_timeout_seconds: 20
              body_megabytes: 2
              oauth2:
                token_url: https://auth.example.jp/token
                client_id: city
                client_secret_env: SECRET
                scope: water.read
              redelivery:
                most_requests: 2
                first_pause_hours: 3
                final_days: 5
            """,
            ["SECRET": "s3cret"]
        )
        #expect(problems == [])
        #expect(
            feed
                == FeedSettings(
                    id: Path.ID("tohoku"),
                    baseURL: "https://feed.example.jp",
                    pullInterval: .seconds(1_800),
                    alarmInterval: .seconds(120),
                    overlapSeconds: 96 * 3_600,
                    requestTimeout: .seconds(20),
                    bodyLimit: 2 * 1_024 * 1_024,
                    authorisation: .clientCredentials(
                        ClientCredentials(
                            tokenURL: "https://auth.example.jp/token",
                            clientID: "city",
                            secret: Secret("s3cret"),
                            scope: "water.read"
                        )
                    ),
                    redelivery: RedeliveryTerms(finalDays: 5, mostRequests: 2, firstPauseSeconds: 10_800)
                )
        )
    }

    @Test func `nought alarms and nought requests are none`() {
        let (feed, problems) = read(
            "  url: http://a\n  alarm_minutes: 0\n  redelivery: {most_requests: 0}\n  token_env: T",
            ["T": "abc"]
        )
        #expect(problems == [])
        #expect(feed?.alarmInterval == nil && feed?.redelivery == nil)
        #expect(feed?.authorisation == .token(Secret("abc")))
        #expect(feed?.paths == [Path.ID("feed")])
    }

    @Test(arguments: [
        ("url: ftp://a", "gateway.yaml:2:8: feed.url: expected an http or https address, found 'ftp://a'"),
        (
            "url: http://a\n  alarm_minutes: -1",
            "gateway.yaml:3:18: feed.alarm_minutes: expected a whole number from 0 to 1440, found '-1'"
        ),
        (
            "url: http://a\n  body_megabytes: 0",
            "gateway.yaml:3:19: feed.body_megabytes: expected a whole number from 1 to 1024, found '0'"
        ),
        (
            "url: http://a\n  redelivery: {most: 3}",
            "gateway.yaml:3:16: feed.redelivery.most: expected a known key, found 'most'"
        ),
        (
            "url: http://a\n  redelivery: {final_days: 61}",
            "gateway.yaml:3:28: feed.redelivery.final_days: expected a whole number from 1 to 60, found '61'"
        ),
        (
            "url: http://a\n  oauth2: {client_id: c, client_secret_env: S}",
            "gateway.yaml:3:11: feed.oauth2.token_url: expected a value, which is required, found nothing"
        ),
        (
            "url: http://a\n  oauth2: {token_url: http://b, client_id: c}",
            "gateway.yaml:3:11: feed.oauth2.client_secret_env: expected a value, which is required, found nothing"
        ),
        (
            "url: http://a\n  oauth2: {token_url: http://b, client_id: c, client_secret_env: X}",
            "gateway.yaml:3:66: feed.oauth2.client_secret_env: expected a variable that is set, found X"
        ),
        (
            "url: http://a\n  token_env: S\n  oauth2: {token_url: http://b, client_id: c, client_secret_env: S}",
            "gateway.yaml:3:14: feed.token_env: expected either a token or oauth2, found both"
        ),
        (
            "url: https://a\n  tls: {certificate_file: /nowhere/a.pem}",
            "gateway.yaml:3:8: feed.tls.key_file: expected a value, which is required, found nothing"
        ),
    ])
    func `what is wrong is told with its place`(lines: String, problem: String) {
        let (_, problems) = read("  " + lines, ["S": "s3cret"])
        #expect(problems == [problem])
    }

    @Test func `certificates that are none are told with their reason, and only once`() throws {
        let file = FileManager.default.temporaryDirectory.path + "/mizumori-\(UUID().uuidString).pem"
        try Data("not a certificate".utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let (_, problems) = read("  url: https://a\n  tls: {authority_file: \(file)}")
        let problem = try #require(problems.first)
        #expect(problems.count == 1)
        #expect(problem.hasPrefix("gateway.yaml:3:25: feed.tls.authority_file: expected certificates"))
        #expect(problem.contains(file))
    }

    @Test func `certificates beside plain http are refused`() {
        let (_, problems) = read("  url: http://a\n  tls: {}")
        #expect(problems == ["gateway.yaml:3:8: feed.tls: expected an https url beside it, found http"])
    }

    @Test func `a certificate that is replaced under its name is another setting`() throws {
        let file = FileManager.default.temporaryDirectory.path + "/mizumori-\(UUID().uuidString).pem"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let editions = try ["old", "new"].map { text in
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            return read("  url: https://a\n  tls: {authority_file: \(file)}").feed?.tls?.edition
        }
        #expect(editions[0] != editions[1])
    }
}
