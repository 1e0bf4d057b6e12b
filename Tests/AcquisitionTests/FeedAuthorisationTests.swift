import Acquisition
import Metering
import Testing

/// A grant as an authorisation server spells it.
private func grant(_ token: String, seconds: Int? = 3_600) -> FeedAnswer {
    let expiry = seconds.map { #","expires_in":\#($0)"# } ?? ""
    return .body(#"{"access_token":"\#(token)","token_type":"Bearer"\#(expiry)}"#)
}

struct FeedAuthorisationTests {
    private func credentials(_ scene: FeedScene, scope: String? = nil) -> FeedAuthorisation {
        .clientCredentials(
            ClientCredentials(
                tokenURL: scene.script.tokenURL,
                clientID: "city water",
                secret: Secret("p:ä s"),
                scope: scope
            )
        )
    }

    private func pull(_ scene: FeedScene, scope: String? = nil) async throws {
        try await scene.pull(scene.settings(authorisation: credentials(scene, scope: scope)))
    }

    @Test func `a token is asked for by id and secret, and carried by every question`() async throws {
        let scene = try FeedScene(
            [.page(records: 1, next: "2"), .page(records: 1, next: nil)],
            grants: [grant("one")],
            to: "2026-11-23T09:30:00Z"
        )
        try await pull(scene, scope: "water.read water.alarms")
        #expect(scene.script.asked.map { $0["authorization"] } == ["Bearer one", "Bearer one"])
        let asked = try #require(scene.script.tokensAsked.first)
        // "city%20water:p%3A%C3%A4%20s", form-encoded before it is joined.
        #expect(asked["authorization"] == "Basic Y2l0eSUyMHdhdGVyOnAlM0ElQzMlQTQlMjBz")
        #expect(asked["body"] == "grant_type=client_credentials&scope=water.read%20water.alarms")
        #expect(scene.script.tokensAsked.count == 1)
    }

    @Test(arguments: [
        // Pulls are 2,538 and 6,138 seconds apart from the first; a token is left a minute before its end.
        (Int?(86_400), ["1", "1", "1"]), (6_199, ["1", "1", "1"]), (6_198, ["1", "1", "2"]),
        (2_599, ["1", "1", "2"]), (2_598, ["1", "2", "3"]), (600, ["1", "2", "3"]), (nil, ["1", "2", "3"]),
        (0, ["1", "2", "3"]),
    ])
    func `a token is kept until a minute before it ends`(seconds: Int?, used: [String]) async throws {
        let scene = try FeedScene(
            [],
            grants: (1...3).map { grant("\($0)", seconds: seconds) },
            to: "2026-11-23T11:30:00Z"
        )
        try await pull(scene)
        #expect(scene.script.asked.map { $0["authorization"] } == used.map { "Bearer \($0)" })
    }

    @Test func `readings and alarms that begin together ask for one token`() async throws {
        let scene = try FeedScene([], grants: [grant("one"), grant("two")], to: "2026-11-23T09:19:00Z")
        let settings = scene.settings(authorisation: credentials(scene))
        try await scene.pull(settings, duties: [.readings, .alarms])
        #expect(scene.script.tokensAsked.count == 1)
        #expect(scene.script.asked.map { $0["authorization"] } == ["Bearer one", "Bearer one"])
    }

    @Test func `a token that is no longer taken is replaced once`() async throws {
        let scene = try FeedScene(
            [.page(records: 1, next: "2"), .status(401, retryAfter: nil), .page(records: 2, next: nil)],
            grants: [grant("one"), grant("two")],
            to: "2026-11-23T09:30:00Z"
        )
        try await pull(scene)
        #expect(
            scene.script.asked.map { $0["authorization"] } == ["one", "one", "two"].map { "Bearer \($0)" }
        )
        #expect(scene.script.asked.map { $0["cursor"] } == [nil, "2", "2"])
        #expect(scene.records == [1, 2])
    }

    @Test func `a second refusal ends the pull and nothing is tried for ever`() async throws {
        let scene = try FeedScene(
            [FeedAnswer](repeating: .status(401, retryAfter: nil), count: 2),
            grants: [grant("one"), grant("two")],
            to: "2026-11-23T09:30:00Z"
        )
        try await pull(scene)
        #expect(scene.script.asked.count == 2 && scene.script.tokensAsked.count == 2)
        #expect(scene.reports.map(\.failure) == ["the feed answered 401"])
    }

    @Test(arguments: [
        FeedAnswer.status(400, retryAfter: nil), .status(401, retryAfter: nil), .body("<html>"), .half,
        .body(#"{"access_token":"","token_type":"bearer"}"#),
        .body(#"{"access_token":"a\r\nX-Y: b","token_type":"bearer"}"#),
        .body(#"{"access_token":"a","token_type":"mac"}"#),
        .body(#"{"access_token":"a","token_type":"bearer","expires_in":-1}"#),
    ])
    func `without a token nothing is asked of the feed, and the next pull tries again`(answer: FeedAnswer)
        async throws
    {
        let scene = try FeedScene([.page(records: 1, next: nil)], grants: [answer, grant("one")])
        try await pull(scene)
        #expect(scene.reports.map { $0.failure == nil } == [false, true])
        #expect(scene.script.asked.count == 1)
    }

    @Test func `an authorisation server that asks for patience gets it`() async throws {
        let scene = try FeedScene(
            [.page(records: 1, next: nil)],
            grants: [.status(503, retryAfter: "90"), grant("one")],
            to: "2026-11-23T09:30:00Z"
        )
        try await pull(scene)
        #expect(scene.pages.map(\.asked.description) == ["2026-11-23T09:19:12Z"])
    }

    @Test func `a redirect is not followed, so no token leaves for another place`() async throws {
        let elsewhere = try FeedScript([])
        let redirecting = try FeedScene(
            [.redirect(elsewhere.baseURL + "/v1/water/readings")],
            grants: [grant("one")],
            to: "2026-11-23T09:30:00Z"
        )
        try await elsewhere.serve {
            try await redirecting.pull(redirecting.settings(authorisation: credentials(redirecting)))
        }
        #expect(elsewhere.asked.isEmpty)
        #expect(redirecting.reports.map(\.failure) == ["the feed answered 302"])
    }

    @Test func `no printed form of the settings shows a secret`() throws {
        let scene = try FeedScene([])
        let forms = [
            scene.settings(authorisation: .token(Secret("hush"))),
            scene.settings(
                authorisation: .clientCredentials(
                    ClientCredentials(tokenURL: "https://a", clientID: "id", secret: Secret("hush"))
                )
            ),
        ].flatMap { settings in
            var dumped = ""
            dump(settings, to: &dumped)
            return ["\(settings)", String(reflecting: settings), dumped]
        }
        #expect(forms.allSatisfy { $0.contains("authorisation") && !$0.contains("hush") })
    }
}
