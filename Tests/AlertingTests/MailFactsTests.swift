import Foundation
import Metering
import Testing

@testable import Alerting

struct MailFactsTests {
    private let finding = Finding(
        subject: .point(ServicePoint.ID("S-00001")),
        kind: .leakContinuous,
        startedAt: Instant(secondsSince1970: 1_772_290_800),
        dataUntil: Instant(secondsSince1970: 1_772_377_200),
        rate: .litresPerHour(8),
        volume: .litres(192),
        rule: "continuous-flow/1",
        coverage: Coverage(knownSeconds: 985, totalSeconds: 1_000)
    )

    @Test func `facts come back from the outbox as they went in`() throws {
        let point = ServicePoint(
            id: ServicePoint.ID("S-00001"),
            calibre: Calibre(millimetres: 13),
            useClass: UseClass("household"),
            area: "north"
        )
        let now = Instant(secondsSince1970: 1_772_380_000)
        let draft = MailDraft(
            recipients: ["duty@example.jp"],
            host: "example.jp",
            createdAt: now,
            facts: MailFacts(of: finding, severity: .warning, point: point, station: "水守", at: now)
        )
        let intent = draft.intent(for: Incident.ID(123))
        #expect(intent.messageID == "<inc-000123.opened@example.jp>")
        let stored = try JSONEncoder().encode(intent.facts)
        let back = try JSONDecoder().decode(MailFacts.self, from: stored)
        #expect(back == intent.facts)
        #expect(back.incident == "INC-000123" && back.rateMillilitresPerHour == 8_000)
        let text = String(decoding: stored, as: UTF8.self)
        #expect(!text.contains("household") && !text.contains("north"), "no more than a mail may say")
    }

    @Test(arguments: ["INC-000123", "INC-1", "INC-9999999"])
    func `incident numbers are read as they are written`(text: String) throws {
        let id = try #require(Incident.ID(text))
        #expect(Incident.ID(id.description) == id)
    }

    @Test(arguments: ["", "INC-", "INC-0", "INC--1", "123", "inc-1", "INC-1x"])
    func `what is no incident number is none`(text: String) {
        #expect(Incident.ID(text) == nil)
    }
}
