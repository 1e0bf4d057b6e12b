/// An outdoor temperature, in thousandths of a degree Celsius.
public struct Temperature: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let millidegrees: Int64

    /// What has been measured on earth, and a little more: -90 °C to 60 °C.
    public static let plausible = Temperature(millidegrees: -90_000)...Temperature(millidegrees: 60_000)

    public static func millidegrees(_ count: Int64) -> Temperature {
        Temperature(millidegrees: count)
    }

    /// Degrees as files write them: `-3.5`, `12`, `0.125`.
    public var description: String {
        let (degrees, rest) = millidegrees.magnitude.quotientAndRemainder(dividingBy: 1_000)
        var digits = String(String(rest + 1_000).dropFirst())
        while digits.hasSuffix("0") { digits.removeLast() }
        return (millidegrees < 0 ? "-" : "") + "\(degrees)" + (digits.isEmpty ? "" : ".\(digits)")
    }

    public static func < (a: Temperature, b: Temperature) -> Bool {
        a.millidegrees < b.millidegrees
    }

    private init(millidegrees: Int64) {
        self.millidegrees = millidegrees
    }
}

/// A place where the outdoor temperature is measured; known by name only.
public struct WeatherStation: Hashable, Sendable, Identifiable {
    public typealias ID = Identifier<WeatherStation>

    public let id: ID

    public init(id: ID) {
        self.id = id
    }
}
