/// Why one record or row was not taken: kept with the record, shown to a person, never guessed around.
public struct Rejection: Hashable, Sendable {
    /// `file:line` or the record's own key.
    public let place: String
    public let field: String
    public let expected: String
    public let found: String

    public init(place: String, field: String, expected: String, found: String) {
        self.place = place
        self.field = field
        self.expected = expected
        self.found = found
    }
}
