import Alerting
import Metering
import Testing

struct IncidentDeskTests {
    private let now = Instant(secondsSince1970: 1_790_000_000)
    private let point = ServicePoint(
        id: ServicePoint.ID("S-00017"),
        calibre: Calibre(millimetres: 20),
        useClass: UseClass("household")
    )
    private let desk = IncidentDesk(
        policy: AlertPolicy(
            station: "test",
            host: "mizumori.example.jp",
            recipients: [
                .urgent: ["a@example.jp"], .warning: ["b@example.jp"], .maintenance: ["c@example.jp"],
            ]
        )
    )

    private func finding(_ kind: Finding.Kind, until: Int64 = 0, rate: Int64? = 9) -> Finding {
        Finding(
            subject: .point(point.id),
            kind: kind,
            startedAt: now - 200_000,
            dataUntil: now + until,
            rate: rate.map { .litresPerHour($0) },
            volume: .litres(500),
            rule: "rule/1",
            coverage: Coverage(knownSeconds: 100, totalSeconds: 100)
        )
    }

    private func incident(
        _ kind: Finding.Kind,
        _ state: Incident.State = .open,
        closedAt: Instant? = nil,
        dataUntil: Int64 = 0
    ) -> Incident {
        Incident(
            id: Incident.ID(7),
            subject: .point(point.id),
            kind: kind,
            severity: .warning,
            state: state,
            openedAt: now - 90_000,
            startedAt: now - 200_000,
            dataUntil: now + dataUntil,
            closedAt: closedAt,
            rate: .litresPerHour(9),
            volume: .litres(500),
            rule: "rule/1",
            coverage: Coverage(knownSeconds: 100, totalSeconds: 100)
        )
    }

    private func changes(_ findings: [Finding], _ known: [Incident] = []) -> [IncidentChange] {
        desk.changes(for: findings, known: known, point: point, at: now)
    }

    @Test func `a new finding opens an incident and drafts one mail to its severity's addresses`() throws {
        let change = try #require(changes([finding(.leakContinuous)]).first)
        guard case .open(_, let severity, let mail) = change else {
            Issue.record("expected an opening, found \(change)")
            return
        }
        #expect(severity == .warning)
        #expect(mail?.recipients == ["b@example.jp"])
        let intent = mail?.intent(for: Incident.ID(123))
        #expect(intent?.messageID == "<inc-000123.opened@mizumori.example.jp>")
        #expect(intent?.facts.incident == "INC-000123")
    }

    @Test func `the same finding with nothing new changes nothing`() {
        #expect(changes([finding(.leakContinuous)], [incident(.leakContinuous)]).isEmpty)
    }

    @Test func `newer data refresh the incident and tell nobody`() {
        let newer = finding(.leakContinuous, until: 3_600)
        #expect(changes([newer], [incident(.leakContinuous)]) == [.refresh(Incident.ID(7), newer)])
    }

    @Test func `an incident that the data no longer show has recovered`() {
        #expect(changes([], [incident(.leakContinuous)]) == [.close(Incident.ID(7), .recovered)])
        #expect(
            changes([], [incident(.leakContinuous, .acknowledged)]) == [.close(Incident.ID(7), .recovered)]
        )
    }

    @Test(arguments: [(Int64(604_799), true), (Int64(604_801), false)])
    func `what comes back within seven days is the same incident`(seconds: Int64, isSame: Bool) {
        let closed = incident(.leakContinuous, .closed(.recovered), closedAt: now - seconds)
        let change = changes([finding(.leakContinuous)], [closed]).first
        if case .reopen(let id, _) = change {
            #expect(isSame && id == Incident.ID(7))
        } else {
            #expect(!isSame)
        }
    }

    @Test(arguments: [Incident.CloseReason.usage, .falseAlarm, .unconfirmed])
    func `a person's word that it is none is not contradicted within seven days`(reason: Incident.CloseReason)
    {
        let closed = incident(.leakContinuous, .closed(reason), closedAt: now - 3_600)
        #expect(changes([finding(.leakContinuous)], [closed]).isEmpty)
    }

    @Test func `continuous flow during a burst is the same water`() {
        let kinds = changes([finding(.burst), finding(.leakContinuous)]).map { change -> Finding.Kind? in
            if case .open(let finding, _, _) = change { finding.kind } else { nil }
        }
        #expect(kinds == [.burst])
        #expect(
            changes([finding(.leakContinuous)], [incident(.burst)]).contains(
                .close(Incident.ID(7), .recovered)
            )
        )
    }

    @Test func `a flapping finding mails once`() {
        var known: [Incident] = []
        var mails = 0
        for round in 0..<20 {
            let findings = round.isMultiple(of: 2) ? [finding(.leakContinuous, until: Int64(round))] : []
            for change in desk.changes(
                for: findings,
                known: known,
                point: point,
                at: now + Int64(round) * 3_600
            ) {
                switch change {
                case .open(_, _, let mail):
                    mails += mail == nil ? 0 : 1
                    known = [incident(.leakContinuous, dataUntil: Int64(round))]
                case .reopen: known = [incident(.leakContinuous, dataUntil: Int64(round))]
                case .close:
                    known = [
                        incident(.leakContinuous, .closed(.recovered), closedAt: now + Int64(round) * 3_600)
                    ]
                case .refresh: break
                }
            }
        }
        #expect(mails == 1)
    }

    @Test func `a line that is down is an incident and no mail`() {
        let down = Finding(
            subject: .path(Path.ID("line-a")),
            kind: .pathDown,
            startedAt: now,
            dataUntil: now,
            rule: "path/1",
            coverage: .none
        )
        let changes = desk.changes(for: [down], known: [], point: nil, at: now)
        #expect(changes == [.open(down, .maintenance, mail: nil)])
    }

    @Test func `a severity without addresses is told nobody`() {
        let change = changes([finding(.leakIntermittent)]).first
        #expect(change == .open(finding(.leakIntermittent), .notice, mail: nil))
    }
}

struct IncidentIDTests {
    @Test(arguments: [
        ("INC-000001", Int64(1)), ("INC-000123", Int64(123)), ("INC-1234567", Int64(1_234_567)),
    ])
    func `a number is printed and read alike`(text: String, number: Int64) {
        #expect(Incident.ID(number).description == text)
        #expect(Incident.ID(text) == Incident.ID(number))
    }

    @Test(arguments: ["", "INC-", "INC-0", "INC--5", "inc-000001", "000001"])
    func `anything else is no number`(text: String) {
        #expect(Incident.ID(text) == nil)
    }
}
