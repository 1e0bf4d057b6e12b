public import Metering
public import Normalisation
import Storage

/// What is known of a service point's past: the readings of its first way, and what its second way fills in.
public struct PointPast: Sendable {
    /// What the readings are read by.
    public let context: SeriesContext
    /// The series: the first way's readings, and in its gaps the second one's, in order of time.
    public let readings: [Reading]
    /// What of the series came by the second way, and where gaps are.
    public let filling: WayFilling
    let known: RegisteredPoint
    let first: [Reading]
    let second: [Reading]

    init(
        known: RegisteredPoint,
        context: SeriesContext,
        first: [Reading],
        second: [Reading] = [],
        filling: WayFilling = .none
    ) {
        self.known = known
        self.context = context
        self.first = first
        self.second = second
        self.filling = filling
        readings = PointPast.merged(first, filling.readings.map(\.reading))
    }

    /// Both lists are in order of time; at an instant that is filled, what the first way has is no evidence.
    private static func merged(_ first: [Reading], _ filled: [Reading]) -> [Reading] {
        guard !filled.isEmpty else { return first }
        let instants = Set(filled.map(\.at))
        return (first.filter { !instants.contains($0.at) } + filled).sorted { $0.at < $1.at }
    }
}

extension WayFilling {
    /// How many seconds of a span are told by the second way: those of steps that one of its readings begins or ends.
    func seconds(of series: UsageSeries, in span: Range<Instant>) -> Int64 {
        let instants = Set(readings.map(\.reading.at))
        guard !instants.isEmpty else { return 0 }
        return series.steps[series.firstStep(endingAfter: span.lowerBound)...]
            .prefix { $0.from < span.upperBound }
            .filter { instants.contains($0.from) || instants.contains($0.to) }
            .reduce(0) { $0 + (min($1.to, span.upperBound) - max($1.from, span.lowerBound)) }
    }
}
