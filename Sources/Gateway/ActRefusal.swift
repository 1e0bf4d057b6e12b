/// Why an act cannot be recorded.
public struct ActRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public let english: String
    public let japanese: String

    public var description: String { english }

    init(_ english: String, _ japanese: String) {
        self.english = english
        self.japanese = japanese
    }
}
