import Acquisition
import FoundationEssentials
import Metering
import Settings

/// Reads the section `feed` of `gateway.yaml`.
struct FeedSection {
    let secrets: Secrets

    /// - Parameter section: its keys are known afterwards, all but `delay_hours`.
    /// - Returns: nil when something is missing or wrong; the file has the problems.
    func settings(in section: Section) -> FeedSettings? {
        let id = section.text("id") ?? "feed"
        let url = address("url", in: section, isRequired: true)
        let pullMinutes = section.integer("pull_minutes", in: 1...1_440) ?? 60
        let alarmMinutes = section.integer("alarm_minutes", in: 0...1_440) ?? 5
        let overlap = section.integer("overlap_hours", in: 0...720) ?? 72
        let timeout = section.integer("request_timeout_seconds", in: 1...600) ?? 30
        let megabytes = section.integer("body_megabytes", in: 1...1_024) ?? 16
        let authorisation = authorisation(in: section)
        let tls = section.section("tls").flatMap { self.tls(in: $0, isSecure: url?.hasPrefix("https://")) }
        let redelivery = redelivery(in: section.section("redelivery"))
        guard let url else { return nil }
        return FeedSettings(
            id: Path.ID(id),
            baseURL: url,
            pullInterval: .seconds(pullMinutes * 60),
            alarmInterval: alarmMinutes == 0 ? nil : .seconds(alarmMinutes * 60),
            overlapSeconds: Int64(overlap) * 3_600,
            requestTimeout: .seconds(timeout),
            bodyLimit: megabytes * 1_024 * 1_024,
            authorisation: authorisation,
            tls: tls,
            redelivery: redelivery
        )
    }

    private func address(_ key: String, in section: Section, isRequired: Bool = false) -> String? {
        guard let url = isRequired ? section.requiredText(key) : section.text(key) else { return nil }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            section.problem(
                at: key,
                .other(english: "an http or https address", japanese: "http または https のアドレス")
            )
            return nil
        }
        return url
    }

    private func authorisation(in section: Section) -> FeedAuthorisation {
        let token = secrets.secret("token", in: section)
        guard let oauth = section.section("oauth2") else {
            return token.map { .token(Secret($0)) } ?? .none
        }
        let credentials = credentials(in: oauth)
        if let key = ["token_env", "token_file"].first(where: section.has) {
            section.problem(
                at: key,
                .other(english: "either a token or oauth2", japanese: "token か oauth2 のどちらか一方"),
                found: "both"
            )
        }
        return credentials.map { .clientCredentials($0) } ?? .none
    }

    private func credentials(in section: Section) -> ClientCredentials? {
        let url = address("token_url", in: section, isRequired: true)
        let clientID = section.requiredText("client_id")
        let scope = section.text("scope")
        let isNamed = section.has("client_secret_env") || section.has("client_secret_file")
        let secret = secrets.secret("client_secret", in: section)
        if !isNamed { section.problem(at: "client_secret_env", .required) }
        section.finish()
        guard let url, let clientID, let secret else { return nil }
        return ClientCredentials(tokenURL: url, clientID: clientID, secret: Secret(secret), scope: scope)
    }

    private func tls(in section: Section, isSecure: Bool?) -> FeedTLS? {
        let authority = section.text("authority_file")
        let certificate = section.text("certificate_file")
        let key = section.text("key_file")
        section.finish()
        if isSecure == false {
            section.problem(
                at: nil,
                .other(english: "an https url beside it", japanese: "https の url"),
                found: "http"
            )
        }
        if (certificate == nil) != (key == nil) {
            section.problem(at: certificate == nil ? "certificate_file" : "key_file", .required)
            return nil
        }
        let tls = FeedTLS(
            authorityFile: authority,
            certificateFile: certificate,
            keyFile: key,
            edition: FeedSection.edition(of: [authority, certificate, key].compactMap(\.self))
        )
        do throws(FeedError) {
            try tls.check()
        } catch {
            section.problem(
                at: certificate == nil ? "authority_file" : "certificate_file",
                .other(english: "certificates and a key that fit", japanese: "対になる証明書と鍵 (PEM)"),
                found: error.message
            )
        }
        return tls
    }

    private func redelivery(in section: Section?) -> RedeliveryTerms? {
        let usual = RedeliveryTerms()
        let most = section?.integer("most_requests", in: 0...20) ?? usual.mostRequests
        let pause = section?.integer("first_pause_hours", in: 1...168)
        let final = section?.integer("final_days", in: 1...60) ?? usual.finalDays
        section?.finish()
        guard most > 0 else { return nil }
        return RedeliveryTerms(
            finalDays: final,
            mostRequests: most,
            firstPauseSeconds: pause.map { Int64($0) * 3_600 } ?? usual.firstPauseSeconds
        )
    }

    /// Changes when one of the files does.
    private static func edition(of files: [String]) -> String {
        let contents = files.map { FileManager.default.contents(atPath: $0) ?? Data() }
        return Fingerprint(of: contents.joined()).description
    }
}
