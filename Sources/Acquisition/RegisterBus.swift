public import Decoding

/// A line that can be asked: behind it stands real hardware, or a peer.
public protocol RegisterBus: Sendable {
    /// Asks one unit one thing. Only an answer that fits the request in unit, function and length is returned.
    func exchange(
        _ request: ReadRequest,
        unit: UInt8,
        manners: LinkManners
    ) async throws(BusError) -> Exchange
}

/// One question with its answer, as they went over the wire.
public struct Exchange: Hashable, Sendable {
    public let asked: Moment
    public let answered: Moment
    /// The whole frame, checksum or header included.
    public let request: [UInt8]
    public let reply: [UInt8]
    /// The reply's bytes after its byte count, without the checksum.
    public let data: [UInt8]

    public init(asked: Moment, answered: Moment, request: [UInt8], reply: [UInt8], data: [UInt8]) {
        self.asked = asked
        self.answered = answered
        self.request = request
        self.reply = reply
        self.data = data
    }
}
