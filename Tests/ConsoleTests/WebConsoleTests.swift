import Console
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Metering
import Testing

@Suite struct WebConsoleTests {
    private struct Broken: Error {}

    private func console(
        overview: @escaping @Sendable () async throws -> Overview = { MadeUp.overview() },
        health: @escaping @Sendable () async throws -> Health = { MadeUp.health() },
        counts: @escaping @Sendable () async throws -> Counts = { MadeUp.counts }
    ) -> WebConsole {
        WebConsole(
            ConsoleParts(overview: overview, health: health, counts: counts),
            settings: ConsoleSettings(port: 0)
        )
    }

    private func broken() -> WebConsole {
        console(overview: { throw Broken() }, health: { throw Broken() }, counts: { throw Broken() })
    }

    private func get(_ path: String, from console: WebConsole) async throws -> TestResponse {
        try await console.application.test(.router) { client in
            try await client.execute(uri: path, method: .get) { $0 }
        }
    }

    private func text(_ path: String, from console: WebConsole) async throws -> String {
        String(buffer: try await get(path, from: console).body)
    }

    private func json(_ path: String, from console: WebConsole) async throws -> [String: JSONValue] {
        let body = try await get(path, from: console).body
        return try JSONDecoder().decode([String: JSONValue].self, from: Data(body.readableBytesView))
    }

    @Test func `the page is in Japanese, says whose it is, and loads nothing from elsewhere`() async throws {
        let response = try await get("/", from: console())
        let page = String(buffer: response.body)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(page.contains(#"<html lang="ja">"#))
        #expect(page.contains("水守"))
        #expect(page.contains("柏崎市 スマートメーター実証"))
        #expect(page.contains(#"<meta http-equiv="refresh" content="60">"#))
        for foreign in ["http://", "https://", "//", "<script", "style=", "{{"] {
            #expect(!page.contains(foreign), "\(foreign) in the page")
        }
    }

    @Test(arguments: [
        #"<th scope="row">S-00017</th>"#, ">20 mm<", ">1,234.567<", "1月25日 05:00", "1時間前", ">288<",
        ">92.5 %<", "98.5 %", "2026年1月25日 06:00", "line-a", "正常", #"<th scope="col">水栓番号</th>"#,
    ])
    func `a row tells index, age, usage, coverage and path`(_ words: String) async throws {
        #expect(try await text("/", from: console()).contains(words))
    }

    @Test func `every service point has its row, once`() async throws {
        let page = try await text("/", from: console(overview: { MadeUp.pilot }))
        for point in MadeUp.pilot.points {
            #expect(page.components(of: #"<th scope="row">\#(point.id)</th>"#) == 1)
        }
    }

    @Test func `an open incident stands in its row by colour and by word`() async throws {
        let incident = MadeUp.incident(1)
        let overview = MadeUp.overview(points: [MadeUp.point(incident: incident)], incidents: [incident])
        let page = try await text("/", from: console(overview: { overview }))
        let link = ##"<a href="#INC-000121"><span class="level warning">警告</span> 漏水疑い</a>"##
        #expect(page.contains(link))
        #expect(page.contains(#"<tr id="INC-000121" class="open">"#))
        #expect(page.contains(">1,288<"))
    }

    @Test func `incidents stand open first, the gravest on top, and closed ones do not count`() async throws {
        let page = try await text("/", from: console(overview: { MadeUp.pilot }))
        let order = page.split(separator: "<tr id=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(order == ["INC-000122", "INC-000121", "INC-000124", "INC-000123", "INC-000125"])
        #expect(page.contains("<dd>4<small>件"))
    }

    @Test func `what is unknown is not zero`() async throws {
        let point = MadeUp.point(
            lastReading: nil,
            usageToday: nil,
            coverageToday: Coverage(knownSeconds: 0, totalSeconds: 60),
            pathState: .unknown
        )
        let page = try await text("/", from: console(overview: { MadeUp.overview(points: [point]) }))
        #expect(page.components(of: ">不明<") == 2, "neither the index nor the usage")
        #expect(page.contains(">0.0 %<"))
        #expect(page.contains("未確認"))
        #expect(!page.contains(#"number">0<"#))
        #expect(!page.contains(">0.000<"))
    }

    @Test func `no water used is zero`() async throws {
        let point = MadeUp.point(usageToday: .zero)
        let page = try await text("/", from: console(overview: { MadeUp.overview(points: [point]) }))
        #expect(page.contains(#"class="number">0<"#))
    }

    @Test(arguments: [(47, false), (49, true)])
    func `a reading is marked as old after two days`(_ hours: Int64, _ isMarked: Bool) async throws {
        let point = MadeUp.point(lastReading: .init(index: .litres(1), at: MadeUp.now - hours * 3_600))
        let page = try await text("/", from: console(overview: { MadeUp.overview(points: [point]) }))
        #expect(page.contains(#"<span class="concern">"#) == isMarked)
    }

    @Test(arguments: [(899, true), (900, false)])
    func `a coverage below nine tenths stands out`(_ known: Int64, _ standsOut: Bool) async throws {
        let point = MadeUp.point(coverageToday: Coverage(knownSeconds: known, totalSeconds: 1_000))
        let page = try await text("/", from: console(overview: { MadeUp.overview(points: [point]) }))
        #expect(page.contains(#"class="number concern""#) == standsOut)
    }

    @Test func `a path that is down says since when`() async throws {
        let point = MadeUp.point(pathState: .down(since: MadeUp.now - 600))
        let page = try await text("/", from: console(overview: { MadeUp.overview(points: [point]) }))
        #expect(page.contains("停止 1月25日 05:50から"))
        #expect(page.contains("<dd>1<small>本"))
    }

    @Test func `a pilot without a point or an incident says so`() async throws {
        let page = try await text("/", from: console(overview: { MadeUp.overview(points: []) }))
        #expect(page.contains("水栓がまだ登録されていません"))
        #expect(page.contains("事案はありません"))
    }

    @Test(arguments: ["<script>alert(1)</script>", "\"><img src=x>", "a&b<c>", "{{station}}"])
    func `names are text, never markup`(_ name: String) async throws {
        let incident = MadeUp.incident(1, at: name, title: name)
        let overview = MadeUp.overview(
            station: name,
            points: [MadeUp.point(name, incident: incident, path: name)],
            incidents: [incident]
        )
        let page = try await text("/", from: console(overview: { overview }))
        #expect(!page.contains("<script"))
        #expect(!page.contains("<img"))
        #expect(!page.contains("a&b<c>"))
        #expect(name.contains("{") ? page.contains("{{station}}") : page.contains("&lt;"))
    }

    @Test(arguments: ["/", "/health", "/metrics", "/api/v1/points", "/console.css", "/drop.svg", "/nothing"])
    func `every answer forbids foreign content`(_ path: String) async throws {
        let headers = try await get(path, from: console()).headers
        #expect(headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; style-src 'self'") == true)
        #expect(headers[.xContentTypeOptions] == "nosniff")
        #expect(headers.first { $0.name.canonicalName == "referrer-policy" }?.value == "no-referrer")
    }

    @Test func `health tells paths, outbox and last commit`() async throws {
        let health = try await json("/health", from: console())
        #expect(health["schema"] == .text("mizumori.health/1"))
        #expect(health["status"] == .text("degraded"))
        #expect(health["readings"] == .number(28_800))
        #expect(health["incidents_open"] == .number(3))
        #expect(health["last_commit"] == .text("2026-01-24T20:59:30Z"))
        #expect(
            health["outbox"]
                == .object(["waiting": .number(2), "failing": .number(0), "oldest_age_s": .number(90)])
        )
        guard case .list(let paths) = health["paths"] else { return #expect(Bool(false), "no paths") }
        #expect(paths.count == 3)
        #expect(
            paths.first
                == .object([
                    "id": .text("line-a"), "up": .flag(true), "since": .text("2026-01-23T21:00:00Z"),
                    "detail": .text(""),
                ])
        )
        #expect(
            paths.last == .object(["id": .text("feed"), "up": .null, "since": .null, "detail": .text("")])
        )
    }

    @Test func `a silent path or a failing mail degrades, an unasked path does not`() async throws {
        let silent = PathHealth(id: Path.ID("a"), isUp: false, since: nil)
        let unasked = PathHealth(id: Path.ID("b"), isUp: nil, since: nil)
        let cases = [([unasked], 0, "ok"), ([silent, unasked], 0, "degraded"), ([], 1, "degraded")]
        for (paths, failing, status) in cases {
            let health = try await json(
                "/health",
                from: console(health: { MadeUp.health(paths: paths, failing: failing) })
            )
            #expect(health["status"] == .text(status))
        }
    }

    @Test func `a degraded gateway still answers 200`() async throws {
        #expect(try await get("/health", from: console()).status == .ok)
    }

    @Test func `metrics are what Prometheus reads, labels escaped`() async throws {
        let response = try await get("/metrics", from: console())
        let lines = String(buffer: response.body).split(separator: "\n").map { String($0) }
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        for line in [
            "# TYPE mizumori_readings_total counter", "mizumori_readings_total 28800",
            "mizumori_captures_total 30000", "mizumori_quarantined_total 4", "mizumori_mails_waiting 2",
            "mizumori_mails_failing 1", "mizumori_incidents_open 3",
            "mizumori_last_commit_timestamp_seconds 1769288400", #"mizumori_path_up{path="line-a"} 1"#,
            #"mizumori_path_up{path="line \"b\"\\"} 0"#,
        ] {
            #expect(lines.contains(line))
        }
        #expect(
            !lines.contains { $0.contains("\"feed\"") },
            "a path that was not asked is neither up nor down"
        )
    }

    @Test func `the points come as JSON in exact units, every key always there`() async throws {
        let document = try await json("/api/v1/points", from: console())
        #expect(document["schema"] == .text("mizumori.points/1"))
        #expect(document["at"] == .text("2026-01-24T21:00:00Z"))
        #expect(
            document["points"]
                == .list([
                    .object([
                        "service_point": .text("S-00017"), "calibre_mm": .number(20),
                        "index_ml": .number(1_234_567_890), "index_at": .text("2026-01-24T20:00:00Z"),
                        "index_age_s": .number(3_600), "usage_today_ml": .number(288_400),
                        "coverage_today_known_s": .number(20_000), "coverage_today_total_s": .number(21_600),
                        "incident": .null, "path": .text("line-a"), "path_state": .text("up"),
                        "path_down_since": .null, "index_way": .text("first"), "second_path": .null,
                        "second_path_state": .null, "second_path_down_since": .null,
                    ])
                ])
        )
    }

    @Test func `an index that came by the second way says so, beside both paths`() async throws {
        let row = PointRow(
            id: ServicePoint.ID("S-00017"),
            calibre: Calibre(millimetres: 20),
            lastReading: PointRow.LastReading(
                index: .litres(1_234),
                at: MadeUp.now - 3_600,
                route: .second
            ),
            usageToday: nil,
            coverageToday: .none,
            incident: nil,
            path: Path.ID("line-a"),
            pathState: .down(since: MadeUp.now - 90_000),
            secondPath: Path.ID("feed"),
            secondPathState: .up
        )
        let overview = MadeUp.overview(points: [row])
        let document = try await json("/api/v1/points", from: console(overview: { overview }))
        guard case .list(let points) = document["points"], case .object(let point) = points.first else {
            Issue.record("expected a list of points")
            return
        }
        #expect(point["index_way"] == .text("second"))
        #expect(point["path_state"] == .text("down"))
        #expect(point["second_path"] == .text("feed") && point["second_path_state"] == .text("up"))
        let page = String(buffer: try await get("/", from: console(overview: { overview })).body)
        #expect(page.contains("第二経路") && page.contains("第二 feed"))
    }

    @Test func `incidents come as JSON with flow and volume`() async throws {
        let overview = MadeUp.overview(incidents: [MadeUp.incident(1)])
        let document = try await json("/api/v1/points", from: console(overview: { overview }))
        #expect(document["incidents_open"] == .number(1))
        #expect(
            document["incidents"]
                == .list([
                    .object([
                        "id": .text("INC-000121"), "subject": .text("S-00017"),
                        "kind": .text("leak_continuous"),
                        "severity": .text("warning"), "state": .text("open"),
                        "started_at": .text("2026-01-23T20:00:00Z"),
                        "opened_at": .text("2026-01-24T20:00:00Z"),
                        "closed_at": .null, "rate_ml_per_hour": .number(12_000),
                        "volume_ml": .number(1_288_000), "partner": .null,
                    ])
                ])
        )
    }

    @Test func `an unknown address is a page in Japanese, or JSON under the API`() async throws {
        let page = try await get("/nothing", from: console())
        #expect(page.status == .notFound)
        #expect(String(buffer: page.body).contains("ページが見つかりません"))
        #expect(String(buffer: page.body).contains(#"lang="ja""#))
        #expect(try await get("/api/v2/points", from: console()).status == .notFound)
        #expect(try await json("/api/v2/points", from: console())["schema"] == .text("mizumori.error/1"))
    }

    @Test(arguments: ["/", "/metrics"])
    func `what can't be answered is a page that says so and tries again`(_ path: String) async throws {
        let response = try await get(path, from: broken())
        let page = String(buffer: response.body)
        #expect(response.status == .serviceUnavailable)
        #expect(page.contains("いまは表示できません"))
        #expect(page.contains(#"content="60""#))
        #expect(!page.contains("Broken"), "reasons go to the log")
    }

    @Test(arguments: ["/health", "/api/v1/points"])
    func `what can't be answered under the API is JSON`(_ path: String) async throws {
        #expect(try await get(path, from: broken()).status == .serviceUnavailable)
        let document = try await json(path, from: broken())
        #expect(document["schema"] == .text("mizumori.error/1"))
        #expect(document["status"] == .number(503))
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .delete])
    func `nothing can be changed`(_ method: HTTPRequest.Method) async throws {
        try await console().application.test(.router) { client in
            try await client.execute(uri: "/", method: method) { response in
                #expect((400..<500).contains(response.status.code))
            }
        }
    }

    @Test func `the page and its style come over a real port`() async throws {
        try await console().application.test(.live) { client in
            let page = try await client.execute(uri: "/", method: .get)
            #expect(String(buffer: page.body).contains(#"href="/console.css""#))
            let style = try await client.execute(uri: "/console.css", method: .get)
            #expect(style.headers[.contentType] == "text/css; charset=utf-8")
            #expect(String(buffer: style.body).contains("@media print"))
            let head = try await client.execute(uri: "/health", method: .head)
            #expect(head.status == .ok)
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        ranges(of: part).count
    }
}

/// Any JSON, to be compared as a value.
enum JSONValue: Decodable, Equatable {
    case null
    case flag(Bool)
    case number(Int64)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
