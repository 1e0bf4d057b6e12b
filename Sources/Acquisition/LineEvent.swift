public import Metering

/// One attempt on a line, however it went: what the flight recorder keeps and what is counted.
public struct LineEvent: Hashable, Sendable {
    public let path: Path.ID
    public let unit: UInt8
    public let asked: Moment
    /// When it was answered, or given up.
    public let ended: Moment
    public let kind: ExchangeKind
    /// The whole frames; the reply is whatever came.
    public let request: [UInt8]
    public let reply: [UInt8]
    /// How many frames or pieces came meanwhile that answer nothing.
    public let strays: Int
    /// How long the unit was waited for.
    public let timeout: Duration

    public init(
        path: Path.ID,
        unit: UInt8,
        asked: Moment,
        ended: Moment,
        kind: ExchangeKind,
        request: [UInt8],
        reply: [UInt8],
        strays: Int,
        timeout: Duration
    ) {
        self.path = path
        self.unit = unit
        self.asked = asked
        self.ended = ended
        self.kind = kind
        self.request = request
        self.reply = reply
        self.strays = strays
        self.timeout = timeout
    }
}

extension Exchange {
    /// The exchange that an event tells of; nil where nothing was answered, or the frames say something else.
    public init?(_ event: LineEvent) {
        guard event.kind == .answered, let read = Frame.read(event.request) else { return nil }
        let isRTU = read.isRTU
        let transaction = isRTU ? 0 : UInt16(event.request[0]) << 8 | UInt16(event.request[1])
        var scanner = ReplyScanner(read.request, of: event.unit, in: isRTU ? .rtu : .tcp(transaction))
        scanner.take(event.reply)
        guard case .answer(let frame, let data) = scanner.outcome else { return nil }
        self.init(
            read: read.request,
            asked: event.asked,
            answered: event.ended,
            request: event.request,
            reply: frame,
            data: data
        )
    }
}
