public import Metering

/// Finds service points whose meters are crossed: what one path calls A, the other calls B.
///
/// It happens at installation, and each bill goes to the neighbour. Hours of two ways are compared by their mismatch:
/// the sum of the hourly differences over all that both used, in thousandths; 10, 0, 30 L beside 8, 0, 32 L is 4 of 80,
/// 50. Homes are alike, so strangers may mismatch by no more than 280; a clock that is seven minutes off makes up to
/// 120 of one meter. Two points are crossed when each one's own ways mismatch by 250 and more, and each one's first way
/// matches the other's second by 150 or less. A gap tells nothing of its hours. A way that is dead matches nobody; two
/// empty houses mismatch by nothing.
///
/// Only points that mismatch by themselves are compared with each other, so a city costs no more than its bad ones.
public struct CrossedMeters: Sendable {
    /// One service point, as both paths show it.
    public struct Point: Hashable, Sendable {
        public let id: ServicePoint.ID
        public let first: UsageSeries
        public let second: UsageSeries

        public init(id: ServicePoint.ID, first: UsageSeries, second: UsageSeries) {
            self.id = id
            self.first = first
            self.second = second
        }
    }

    /// Two points whose second paths are each other's.
    public struct Pair: Hashable, Sendable {
        public let one: ServicePoint.ID
        public let other: ServicePoint.ID

        init(one: ServicePoint.ID, other: ServicePoint.ID) {
            self.one = one
            self.other = other
        }
    }

    /// From so much mismatch on, a point's paths are not of one meter, in thousandths.
    private static let strangePermille: Int64 = 250
    /// Up to so much mismatch, two paths are of one meter.
    private static let samePermille: Int64 = 150
    /// How many hours must be known on both paths.
    private static let knownHours = 48

    public init() {}

    /// The crossed pairs, by their names; each point is in one at most.
    public func pairs(among points: [Point]) -> [Pair] {
        let suspects = points.sorted { $0.id < $1.id }
            .filter { (mismatch($0.first, $0.second) ?? 0) >= CrossedMeters.strangePermille }
        var taken: Set<ServicePoint.ID> = []
        var pairs: [Pair] = []
        for (position, one) in suspects.enumerated() where !taken.contains(one.id) {
            let partner = suspects[(position + 1)...].first { !taken.contains($0.id) && areCrossed(one, $0) }
            guard let partner else { continue }
            taken.formUnion([one.id, partner.id])
            pairs.append(Pair(one: one.id, other: partner.id))
        }
        return pairs
    }

    private func areCrossed(_ one: Point, _ other: Point) -> Bool {
        guard let there = mismatch(one.first, other.second), let back = mismatch(other.first, one.second)
        else { return false }
        return there <= CrossedMeters.samePermille && back <= CrossedMeters.samePermille
    }

    /// Thousandths of what both used; zero where neither used anything, nil where too few hours are known.
    private func mismatch(_ a: UsageSeries, _ b: UsageSeries) -> Int64? {
        guard let one = a.span, let other = b.span else { return nil }
        let from = max(one.lowerBound, other.lowerBound)
        let to = min(one.upperBound, other.upperBound)
        guard from < to else { return nil }
        var apart: Int64 = 0
        var total: Int64 = 0
        var hours = 0
        for hour in (from..<to).hours {
            let (here, there) = (a.usage(in: hour), b.usage(in: hour))
            guard a.isShaped(in: hour), b.isShaped(in: hour) else { continue }
            hours += 1
            apart += abs((here.volume - there.volume).millilitres)
            total += (here.volume + there.volume).millilitres
        }
        guard hours >= CrossedMeters.knownHours else { return nil }
        return total == 0 ? 0 : apart * 1_000 / total
    }
}

extension UsageSeries {
    /// Whether the hour is known, and by steps that are short enough to tell what was used in it.
    fileprivate func isShaped(in hour: Range<Instant>) -> Bool {
        let steps = steps[firstStep(endingAfter: hour.lowerBound)...].prefix { $0.from < hour.upperBound }
        return usage(in: hour).coverage.permille == 1_000
            && steps.allSatisfy { $0.seconds <= ReconciliationSettings().shapedSeconds }
    }
}
