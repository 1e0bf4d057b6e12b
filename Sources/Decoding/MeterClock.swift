public import Metering

/// Where a unit shows its own clock, and how it writes it.
public struct MeterClock: Hashable, Sendable {
    public let field: String
    public let form: Form
    /// Read with every index, or only with the slow states, which spares the line and batteries.
    public let isPolledWithIndex: Bool

    public init(field: String, form: Form, isPolledWithIndex: Bool = false) {
        self.field = field
        self.form = form
        self.isPolledWithIndex = isPolledWithIndex
    }

    /// How a clock is written.
    public enum Form: Hashable, Sendable {
        /// Seconds since 1970-01-01, UTC.
        case unix
        /// Decimal digits in Japan's time, by a pattern of two digits each: `ssmmhhDDMMYY`, or `YYYY` for the year.
        case digits(String)

        /// `unix`, or a pattern that has each part once; nil for any other text.
        public init?(_ text: String) {
            if text == "unix" {
                self = .unix
                return
            }
            let counts = Dictionary(grouping: text, by: \.self).mapValues(\.count)
            let parts: [Character: [Int]] = ["Y": [2, 4], "M": [2], "D": [2], "h": [2], "m": [2], "s": [2]]
            guard counts.count == parts.count, parts.allSatisfy({ $1.contains(counts[$0] ?? 0) }),
                parts.keys.allSatisfy({ text.contains(String(repeating: $0, count: counts[$0] ?? 0)) })
            else { return nil }
            self = .digits(text)
        }

        /// The instant of a value: by `ssmmhhDDMMYY`, 201922110117 is 2017-01-11 22:19:20 in Japan.
        ///
        /// - Returns: nil for a date or a time that does not exist, as of a clock that was never set.
        func instant(of value: RegisterValue) -> Instant? {
            switch self {
            case .unix: value.integer.map { Instant(secondsSince1970: $0) }
            case .digits(let pattern): Form.instant(of: value.description, by: pattern)
            }
        }

        private static func instant(of text: String, by pattern: String) -> Instant? {
            guard text.utf8.count <= pattern.utf8.count, text.utf8.allSatisfy({ (48...57).contains($0) })
            else {
                return nil
            }
            // A number has lost its leading zeros.
            let digits = [UInt8](repeating: 48, count: pattern.utf8.count - text.utf8.count) + text.utf8
            let parts = zip(pattern, digits).reduce(into: [Character: Int]()) { parts, next in
                parts[next.0, default: 0] = (parts[next.0] ?? 0) * 10 + Int(next.1 - 48)
            }
            guard let year = parts["Y"], let month = parts["M"], let day = parts["D"], let hour = parts["h"],
                let minute = parts["m"], let second = parts["s"], hour < 24, minute < 60, second < 60,
                let date = LocalDay(year: year < 100 ? 2_000 + year : year, month: month, day: day)
            else { return nil }
            return date.start + Int64(hour * 3_600 + minute * 60 + second)
        }
    }
}

extension MeterDecoder {
    /// What the unit's clock shows; nil where the model knows none, or it shows no time.
    public func clock(in image: RegisterImage, _ site: SiteConversion? = nil) -> Instant? {
        guard let clock = profile.clock, let value = try? value(of: clock.field, in: image, site) else {
            return nil
        }
        return clock.form.instant(of: value)
    }
}
