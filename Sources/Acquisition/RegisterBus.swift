public import Decoding

/// A line that can be asked: behind it stands real hardware, or a peer.
public protocol RegisterBus: Sendable {
    /// Asks one unit one thing. Only an answer that fits the request in unit, function and length is returned.
    func exchange(_ question: Question) async throws(BusError) -> Exchange
}

/// Whose question goes first when several wait for the line.
public enum LinePriority: Int, Hashable, Sendable, Comparable, CaseIterable {
    /// The index of the hour.
    case index
    /// Somebody who waits in front of a screen.
    case person
    /// States and scales, which can wait.
    case upkeep
    /// A search for units, which takes hundreds of questions.
    case scan

    public static func < (a: LinePriority, b: LinePriority) -> Bool {
        a.rawValue < b.rawValue
    }
}

/// What one unit is asked.
public struct Question: Hashable, Sendable {
    public let unit: UInt8
    public let request: ReadRequest
    /// Requests that bring the same registers in replies of other lengths.
    public let alternatives: [ReadRequest]
    public let manners: LinkManners
    public let priority: LinePriority
    /// Whether a second look is taken that no other answer comes, because this one is doubted already.
    public let isCautious: Bool

    public init(
        _ request: ReadRequest,
        of unit: UInt8,
        alternatives: [ReadRequest] = [],
        manners: LinkManners = LinkManners(),
        priority: LinePriority = .person,
        isCautious: Bool = false
    ) {
        self.unit = unit
        self.request = request
        self.alternatives = alternatives
        self.manners = manners
        self.priority = priority
        self.isCautious = isCautious
    }
}

/// One question with its answer, as they went over the wire.
public struct Exchange: Hashable, Sendable {
    /// What was read: the question's request, or one of its alternatives.
    public let read: ReadRequest
    public let asked: Moment
    public let answered: Moment
    /// The whole frame, checksum or header included.
    public let request: [UInt8]
    public let reply: [UInt8]
    /// The reply's bytes after its byte count, without the checksum.
    public let data: [UInt8]

    public init(
        read: ReadRequest,
        asked: Moment,
        answered: Moment,
        request: [UInt8],
        reply: [UInt8],
        data: [UInt8]
    ) {
        self.read = read
        self.asked = asked
        self.answered = answered
        self.request = request
        self.reply = reply
        self.data = data
    }
}
