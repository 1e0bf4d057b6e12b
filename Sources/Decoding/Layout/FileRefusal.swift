public import Metering

/// Why a file is refused whole, so that nothing of it is stored.
public struct FileRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nil where it is about the whole file.
    public let line: Int?
    public let field: String
    public let expected: String
    public let found: String

    public init(line: Int? = nil, field: String, expected: String, found: String) {
        self.line = line
        self.field = field
        self.expected = expected
        self.found = String(found.prefix(120))
    }

    /// The same, as it is put aside.
    public func rejection(of file: String) -> Rejection {
        Rejection(
            place: line.map { "\(file):\($0)" } ?? file,
            field: field,
            expected: expected,
            found: found
        )
    }

    public var description: String {
        (line.map { "line \($0): " } ?? "") + "\(field): expected \(expected), found \(found)"
    }
}
