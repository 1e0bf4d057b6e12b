import Acquisition
public import Gateway
public import Metering
import Storage

/// Counts answers that left the simulator intact and are not stored.
public struct LossCount: Sendable {
    /// How long after the request an answer may be stamped: its time on the wire, and a clock cut to seconds.
    private static let toleranceSeconds: Int64 = 5

    private let pilot: SimulatedPilot
    private let station: Station

    public init(_ pilot: SimulatedPilot, station: Station) {
        self.pilot = pilot
        self.station = station
    }

    /// - Parameter span: the part of history that these simulated lines and feed served.
    /// - Returns: how many indexes left intact, and those of them that are not stored, as point and instant.
    /// - Throws: `StoreError` when the store can't be read.
    public func count(in span: Range<Instant>) async throws -> (delivered: Int, lost: [String]) {
        var delivered = 0
        var lost: [String] = []
        var expected: [ServicePoint.ID: [Instant]] = [:]
        for answer in pilot.lines.flatMap({ $0.line.record.indexAnswers }) where answer.fate == .intact {
            expected[answer.point, default: []].append(answer.at.instant)
        }
        for (point, instants) in expected {
            let stored = try await stored(point, span, by: .first)
            delivered += instants.count
            lost += instants.filter { !LossCount.has(stored, near: $0) }.map {
                "\(point) \($0.japaneseDescription)"
            }
        }
        for value in try await feedValues(span) {
            delivered += 1
            if !value.isStored { lost.append("feed \(value.at.japaneseDescription)") }
        }
        return (delivered, lost)
    }

    private func feedValues(_ span: Range<Instant>) async throws -> [(at: Instant, isStored: Bool)] {
        guard let feed = station.configuration.settings.feed else { return [] }
        let lastPull = try await station.store.watermark(of: feed.id) ?? span.lowerBound
        let values = pilot.feed(now: { span.upperBound }).deliveredValues(by: lastPull)
        var stored: [ServicePoint.ID: Set<Instant>] = [:]
        for point in Set(values.map(\.point)) {
            stored[point] = Set(
                try await self.stored(
                    point,
                    span.lowerBound - 400 * 86_400..<span.upperBound,
                    by: station.configuration.pilot.installation(at: point)?.feedWay?.route ?? .first
                )
            )
        }
        return values.map { ($0.at, stored[$0.point]?.contains($0.at) ?? false) }
    }

    private func stored(_ point: ServicePoint.ID, _ span: Range<Instant>, by route: Route) async throws
        -> [Instant]
    {
        let wide = span.lowerBound - 60..<span.upperBound + 3_600
        return try await station.store.readings(of: point, in: wide, by: route).map(\.at)
    }

    /// Whether one of the ordered `instants` lies within the tolerance after `wanted`.
    private static func has(_ instants: [Instant], near wanted: Instant) -> Bool {
        var low = 0
        var high = instants.count
        while low < high {
            let middle = (low + high) / 2
            if instants[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < instants.count && instants[low] - wanted <= toleranceSeconds
    }
}
