import FoundationEssentials
import Metering

/// Who may ask a simulated feed.
public enum FeedDoor: Hashable, Sendable {
    case open
    /// Whoever bears this token.
    case token(String)
    /// Whoever bears a token that was given out for this id and secret, and is not too old.
    case client(id: String, secret: String, tokenSeconds: Int64)

    /// - Parameters:
    ///   - header: `Authorization` of a question.
    ///   - now: the feed's time.
    /// - Returns: whether the question is answered.
    func admits(_ header: String?, at now: Instant) -> Bool {
        switch self {
        case .open: return true
        case .token(let token): return header == "Bearer \(token)"
        case .client:
            guard let parts = header?.split(separator: "."), parts.count == 3,
                let end = Int64(parts[1]).map(Instant.init(secondsSince1970:))
            else { return false }
            return now < end && header == "Bearer \(token(until: end))"
        }
    }

    /// What the token endpoint answers.
    ///
    /// - Parameters:
    ///   - header: `Authorization` of the question: `Basic`, of id and secret.
    ///   - now: the feed's time.
    /// - Returns: the JSON of a grant; nil for whoever has none to get.
    func grant(to header: String?, at now: Instant) -> String? {
        guard case .client(let id, let secret, let seconds) = self,
            header == "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString()
        else { return nil }
        let token = token(until: now + seconds)
        return #"{"access_token":"\#(token)","token_type":"Bearer","expires_in":\#(seconds)}"#
    }

    /// It names its own end, so that nobody has to remember it.
    private func token(until end: Instant) -> String {
        let seal = Fingerprint(of: Array("\(self) \(end)".utf8))
        return "sim.\(end.secondsSince1970).\(seal)"
    }
}
