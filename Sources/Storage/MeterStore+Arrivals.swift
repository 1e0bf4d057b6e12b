internal import GRDB
public import Metering

extension MeterStore {
    /// Transaction 1: keeps captures and their readings, all of the batch or none; when it returns, they are synced.
    ///
    /// Sent twice is kept once: a record known by path and key, and a reading known by point, instant, revision and
    /// index, change nothing. What contradicts something stored, or names an unregistered point, goes to quarantine
    /// with its reason; nothing stored is ever overwritten. A correction comes as a higher revision, beside the old.
    ///
    /// - Parameters:
    ///   - arrivals: one poll's answer or one page of a feed.
    ///   - watermark: set with the page it belongs to, so that a crash pulls the page again or not at all; it never
    ///     moves backwards.
    ///   - now: the time of storing, which `asOf` queries compare with.
    /// - Returns: what became of each arrival, in the same order.
    /// - Throws: `.full`, `.busy` and the like; then nothing of the batch is kept, and it can be stored again.
    public func store(
        _ arrivals: [Arrival],
        advancing watermark: Watermark? = nil,
        at now: Instant
    ) async throws(StoreError) -> [ArrivalOutcome] {
        try await write("store \(arrivals.count) arrivals") { database in
            var writer = try ArrivalWriter(database, keys, now: now)
            let outcomes = try writer.store(arrivals)
            try writer.markTouchedPoints()
            if let watermark { try writer.advance(watermark) }
            return outcomes
        }
    }

    /// Up to when a feed was pulled; nil before its first page.
    public func watermark(of path: Path.ID) async throws(StoreError) -> Instant? {
        try await read("read the watermark of \(path)") { database in
            let sql = "SELECT watermark_utc FROM path WHERE id = ? AND watermark_utc IS NOT NULL"
            return try Int64.fetchOne(database, sql: sql, arguments: [path.rawValue])
                .map { Instant(secondsSince1970: $0) }
        }
    }
}
