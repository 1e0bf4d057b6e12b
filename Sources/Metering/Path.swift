/// A way by which answers come in: a line, a feed, a file that was imported.
public struct Path: Hashable, Sendable, Identifiable {
    public typealias ID = Identifier<Path>

    public let id: ID

    public init(id: ID) {
        self.id = id
    }
}
