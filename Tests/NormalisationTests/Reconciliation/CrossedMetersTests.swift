import Metering
import Seeds
import Testing

@testable import Normalisation

struct CrossedMetersTests {
    /// Homes that use water at their own hours; some use none at all.
    private static func neighbourhood(seed: UInt64, homes: Int, empty: Int = 0) -> [CrossedMeters.Point] {
        (0..<homes).map { home in
            var random = SeededGenerator(seed: seed &* 1_000 &+ UInt64(home))
            let litres = (0..<168).map { _ in
                home >= homes - empty || Int.random(in: 0..<4, using: &random) > 0
                    ? 0 : Int64.random(in: 1...200, using: &random)
            }
            let rounded = litres.map { max(0, $0 + ($0 == 0 ? 0 : Int64.random(in: -1...1, using: &random))) }
            return CrossedMeters.Point(
                id: ServicePoint.ID("S-0000\(home)"),
                first: hours(litres),
                second: hours(rounded)
            )
        }
    }

    private static func crossing(_ one: Int, _ other: Int, in points: [CrossedMeters.Point]) -> [CrossedMeters
        .Point]
    {
        var crossed = points
        crossed[one] = CrossedMeters.Point(
            id: points[one].id,
            first: points[one].first,
            second: points[other].second
        )
        crossed[other] = CrossedMeters.Point(
            id: points[other].id,
            first: points[other].first,
            second: points[one].second
        )
        return crossed
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `no neighbours are crossed where none are`(seed: UInt64) {
        let points = Self.neighbourhood(seed: seed, homes: 9, empty: Int(seed % 3))
        #expect(CrossedMeters().pairs(among: points) == [])
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `two that are crossed are found, in any order, and nobody else`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let points = Self.neighbourhood(seed: seed, homes: 9, empty: 2)
        let one = Int.random(in: 0..<7, using: &random)
        let other = Int.random(in: one + 1..<9, using: &random)
        let crossed = Self.crossing(one, other, in: points).shuffled(using: &random)
        let found = CrossedMeters().pairs(among: crossed)
        // Of two empty homes either may be the other's; which one, no water tells.
        #expect(found.count == 1)
        #expect(found.first?.one == points[one].id)
        if other < 7 { #expect(found.first?.other == points[other].id) }
    }

    @Test func `two pairs are two`() {
        let points = Self.neighbourhood(seed: 77, homes: 8)
        let crossed = Self.crossing(4, 5, in: Self.crossing(0, 7, in: points))
        #expect(
            CrossedMeters().pairs(among: crossed) == [
                CrossedMeters.Pair(one: points[0].id, other: points[7].id),
                CrossedMeters.Pair(one: points[4].id, other: points[5].id),
            ]
        )
    }

    @Test func `dead second paths are not crossed`() {
        let dead = hours(Array(repeating: 0, count: 168))
        let points = Self.neighbourhood(seed: 3, homes: 4).map {
            CrossedMeters.Point(id: $0.id, first: $0.first, second: dead)
        }
        #expect(CrossedMeters().pairs(among: points) == [])
    }

    @Test(arguments: [(47, 0), (48, 1)] as [(Int, Int)])
    func `two days must be known`(known: Int, count: Int) {
        let points = Self.crossing(0, 1, in: Self.neighbourhood(seed: 4, homes: 2)).map {
            CrossedMeters.Point(
                id: $0.id,
                first: UsageSeries(steps: Array($0.first.steps.prefix(known))),
                second: $0.second
            )
        }
        #expect(CrossedMeters().pairs(among: points).count == count)
    }

    @Test func `a gap tells nothing of its hours`() {
        let points = Self.crossing(0, 1, in: Self.neighbourhood(seed: 4, homes: 2))
        let gapped = points.map { point in
            let long = UsageStep(from: instant(0), to: instant(100 * 3_600), volume: .litres(9_000))
            let rest = point.first.steps.filter { $0.from >= long.to }
            return CrossedMeters.Point(
                id: point.id,
                first: UsageSeries(steps: [long] + rest),
                second: point.second
            )
        }
        #expect(CrossedMeters().pairs(among: gapped).count == 1)
    }
}
