/// A name of one `Subject`, as its owner writes it; always text, so that leading zeros survive.
///
/// Tagged with what it names, so that a meter's number can't be used where a service point's is meant.
public struct Identifier<Subject>: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    public static func < (a: Identifier, b: Identifier) -> Bool {
        a.rawValue < b.rawValue
    }
}
