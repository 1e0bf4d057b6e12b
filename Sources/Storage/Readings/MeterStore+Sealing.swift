internal import GRDB
public import Metering

extension MeterStore {
    /// How long after its end a month stays in rows: longer than judgement looks back, so that what is judged every hour
    /// is not unpacked every hour, and late data find their month open.
    public static let daysBeforeSealing = 45
    /// How many points one transaction seals, so that a poll never waits long for it.
    static let pointsPerSealing = 100

    /// Packs the rows of months that ended long ago into blocks; what can be read stays the same.
    ///
    /// Costs little when nothing is due: one look a point. A crash between two transactions leaves some points sealed
    /// and some not, which makes no difference to anybody.
    ///
    /// - Parameter now: the present instant.
    /// - Returns: how many blocks were written.
    /// - Throws: `.full`, `.busy` and the like; whole points are sealed or not at all.
    @discardableResult
    public func seal(at now: Instant) async throws(StoreError) -> Int {
        let due = SealedMonth(LocalDay(containing: now).advanced(by: -MeterStore.daysBeforeSealing).month)
        guard let limit = due.span?.lowerBound else { return 0 }
        var blocks = 0
        for route in Route.allCases {
            let points = try await points(withRowsBefore: limit, by: route)
            for start in stride(from: 0, to: points.count, by: MeterStore.pointsPerSealing) {
                let some = points[start..<min(start + MeterStore.pointsPerSealing, points.count)]
                blocks += try await write("seal readings") { database in
                    try some.reduce(0) {
                        try $0 + Sealer(database).sealRows(before: limit, at: $1, by: route)
                    }
                }
            }
        }
        return blocks
    }

    private func points(withRowsBefore limit: Int64, by route: Route) async throws(StoreError) -> [Int64] {
        try await read("find readings to seal") { database in
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT point_key FROM \(ReadingRows.table(route)) WHERE day_jst < ? ORDER BY point_key
                    """,
                arguments: [ReadingRows.day(of: limit)]
            )
        }
    }
}

extension Sealer {
    /// - Returns: how many blocks were written.
    fileprivate func sealRows(before limit: Int64, at point: Int64, by route: Route) throws -> Int {
        let rows = try ReadingRows(database, point: point, route: route).all(in: Int64.min..<limit)
        let months = Set(rows.map { SealedMonth(containing: $0.at) }).filter { $0.span != nil }
        for month in months.sorted() { try seal(month: month, at: point, by: route) }
        return months.count
    }
}
