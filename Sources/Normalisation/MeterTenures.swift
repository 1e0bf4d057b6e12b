public import Metering

/// Which service point a meter's number stands for, and since when.
///
/// Numbers outlive their place: a meter that was taken out at one point, serviced and hung at another brings its
/// number along, and a late value of its first place must not go to the second. M-7 hangs at S-1 from the
/// beginning, is exchanged there for M-9 on the 1st and announced at S-2 on the 5th: a value of the 30th is S-1's,
/// one of the 6th S-2's. Between its places a number stands for the nearer one in time, since hours are noted
/// wrongly and nothing may be lost; what a removed meter still sends is told apart later (`RemovedMeterRule`).
public struct MeterTenures: Hashable, Sendable {
    private struct Tenure: Hashable, Sendable {
        let since: Instant?
        let until: Instant?
        let point: ServicePoint.ID

        /// How far outside of it `instant` lies, in seconds.
        func distance(to instant: Instant) -> Int64 {
            if let since, instant < since { return since - instant }
            if let until, instant >= until { return instant - until + 1 }
            return 0
        }
    }

    private var tenures: [Meter.ID: [Tenure]] = [:]

    /// - Parameters:
    ///   - installed: the meter that hung at each point before any exchange; what the register says.
    ///   - exchanges: of all points, in any order.
    public init(installed: [ServicePoint.ID: Meter.ID], exchanges: [MeterExchange]) {
        let byPoint = Dictionary(grouping: exchanges, by: \.point)
        for point in Set(installed.keys).union(byPoint.keys).sorted() {
            let ordered = (byPoint[point] ?? []).sorted { $0.at < $1.at }
            if let first = installed[point] {
                add(first, Tenure(since: nil, until: ordered.first?.at, point: point))
            }
            for (position, exchange) in ordered.enumerated() {
                let until = ordered[(position + 1)...].first?.at
                add(exchange.newMeter, Tenure(since: exchange.at, until: until, point: point))
            }
        }
    }

    /// Where `meter` hung at `instant`, or at the nearest time; of two places that both claim it, the one that it came
    /// to last.
    ///
    /// - Parameters:
    ///   - meter: as its path numbers it.
    ///   - instant: the time of measurement.
    /// - Returns: nil for a number that is not known.
    public func point(of meter: Meter.ID, at instant: Instant) -> ServicePoint.ID? {
        let claims = tenures[meter] ?? []
        guard let least = claims.map({ $0.distance(to: instant) }).min() else { return nil }
        let nearest = claims.filter { $0.distance(to: instant) == least }
        return nearest.max { ($0.since ?? .distant) < ($1.since ?? .distant) }?.point
    }

    private mutating func add(_ meter: Meter.ID, _ tenure: Tenure) {
        tenures[meter, default: []].append(tenure)
    }
}

extension Instant {
    /// Before anything that a meter has measured.
    fileprivate static let distant = Instant(secondsSince1970: .min)
}
