public import Metering

/// A file, or a piece of one, with what must become of it.
public struct LayoutExample: Hashable, Sendable {
    public let name: String
    public let origin: ProfileExample.Origin
    /// The name of the file, which may say its date.
    public let fileName: String
    public let receivedAt: Instant
    public let content: Content
    /// The readings as lines, in the file's order.
    public let readings: [String]
    /// `place field` of every row that must be refused.
    public let refused: [String]
    /// The field for which the whole file must be refused; nil where it must not be.
    public let fileRefused: String?

    /// What stands in the file.
    public enum Content: Hashable, Sendable {
        /// Text, which is encoded as the layout says.
        case text(String)
        /// The rows of a sheet, every cell a text.
        case rows([[String]])
    }

    public init(
        name: String,
        origin: ProfileExample.Origin,
        fileName: String,
        receivedAt: Instant,
        content: Content,
        readings: [String],
        refused: [String] = [],
        fileRefused: String? = nil
    ) {
        self.name = name
        self.origin = origin
        self.fileName = fileName
        self.receivedAt = receivedAt
        self.content = content
        self.readings = readings
        self.refused = refused
        self.fileRefused = fileRefused
    }
}
