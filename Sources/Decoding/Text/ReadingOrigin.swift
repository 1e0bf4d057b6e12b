public import Metering

/// Where a reading of a full export came from, and when it was stored: the columns beyond those of a readings file.
///
/// A class, since one of very many rows has it and the others shall not carry its size.
public final class ReadingOrigin: Sendable {
    public static let columns = [
        "status_bits", "revision", "route", "path", "source", "record", "asked_at", "answered_at", "own_at",
        "delivered_at", "stored_at",
    ]

    public let status: MeterStatus
    public let revision: Int
    public let route: Route
    public let path: Path.ID
    public let source: String
    public let record: String
    public let times: CaptureTimes
    public let storedAt: Instant

    public init(
        status: MeterStatus,
        revision: Int,
        route: Route,
        path: Path.ID,
        source: String,
        record: String,
        times: CaptureTimes,
        storedAt: Instant
    ) {
        self.status = status
        self.revision = revision
        self.route = route
        self.path = path
        self.source = source
        self.record = record
        self.times = times
        self.storedAt = storedAt
    }
}

extension RowReader {
    mutating func origin() -> ReadingOrigin? {
        let status = wholeNumber("status_bits", in: 0...Int64.max)
        let revision = wholeNumber("revision", in: 1...1_000_000)
        let route = wholeNumber("route", in: 1...2).flatMap { Route(rawValue: Int($0)) }
        let (path, record) = (text("path"), text("record"))
        let (asked, answered) = (instant("asked_at"), instant("answered_at"))
        let (delivered, stored) = (instant("delivered_at"), instant("stored_at"))
        guard case .success(let own) = optionalInstant("own_at"), let status, let revision, let route,
            let path,
            let record, let asked, let answered, let delivered, let stored
        else { return nil }
        return ReadingOrigin(
            status: MeterStatus(rawValue: status),
            revision: Int(revision),
            route: route,
            path: Path.ID(path),
            source: cell("source") ?? "",
            record: record,
            times: CaptureTimes(asked: asked, answered: answered, own: own, delivered: delivered),
            storedAt: stored
        )
    }
}
