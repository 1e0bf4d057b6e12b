/// The languages that commands speak.
public enum Language: Sendable {
    case english
    case japanese

    /// Japanese when the locale of messages is: `LC_ALL`, then `LC_MESSAGES`, then `LANG`, the first that is set.
    public init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy
            .compactMap { environment[$0] }
            .first { !$0.isEmpty }
        self = (locale ?? "").hasPrefix("ja") ? .japanese : .english
    }
}
