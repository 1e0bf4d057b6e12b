/// What water is used for at a service point, by the word of the register: `household`, `restaurant`, ...
///
/// Open, because every waterworks has its own words; judgement asks only whether people sleep there.
public struct UseClass: Hashable, Sendable, CustomStringConvertible {
    public let name: String

    public init(_ name: String) {
        self.name = name
    }

    /// One home, which uses no water at some hour of most nights.
    public var isDwelling: Bool {
        name == "vacant" || name == "detached" || name.hasPrefix("household") || name == "家庭用"
    }

    public var description: String { name }
}
