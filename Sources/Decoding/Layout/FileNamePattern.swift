public import Metering

/// The shape of a file's name: `WATER_{date}_{number}.csv`.
///
/// `{date}` is eight digits (20240124), `{number}` one digit or more, `{any}` any text. Everything else is itself.
public struct FileNamePattern: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    private let parts: [Part]

    private enum Part: Hashable {
        case text(String)
        case date
        case number
        case any
    }

    /// What a name that fits says.
    public struct Match: Hashable, Sendable {
        /// The measuring date in the name; nil where the pattern has none.
        public let day: LocalDay?
    }

    /// Reads a pattern; nil when it has an unknown placeholder.
    public init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            switch rest[rest.index(after: open)..<close] {
            case "date": parts.append(.date)
            case "number": parts.append(.number)
            case "any": parts.append(.any)
            default: return nil
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard !parts.isEmpty, !rest.contains("}") else { return nil }
        self.parts = parts
        description = text
    }

    /// - Returns: nil when the name has another shape or names a day that does not exist.
    public func match(_ name: String) -> Match? {
        var day: LocalDay?
        return FileNamePattern.fits(name[...], parts[...], &day) ? Match(day: day) : nil
    }

    private static func fits(_ name: Substring, _ parts: ArraySlice<Part>, _ day: inout LocalDay?) -> Bool {
        guard let part = parts.first else { return name.isEmpty }
        let rest = parts.dropFirst()
        switch part {
        case .text(let text):
            return name.hasPrefix(text) && fits(name.dropFirst(text.count), rest, &day)
        case .date:
            guard let found = JapaneseDate.compact(name.prefix(8)) else { return false }
            day = found
            return fits(name.dropFirst(8), rest, &day)
        case .number:
            let digits = name.prefix { "0"..."9" ~= $0 }.count
            return digits > 0
                && (1...digits).reversed().contains { fits(name.dropFirst($0), rest, &day) }
        case .any:
            return (0...name.count).contains { fits(name.dropFirst($0), rest, &day) }
        }
    }
}
