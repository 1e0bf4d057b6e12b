import Billing
import Metering
import Seeds
import Testing

struct MonthTotalsTests {
    /// Hourly readings at half past, from 2026-01-15 to 2026-03-15, each `millilitres` more than the one before.
    private static func hourly(_ millilitres: Int64, unexplained: Set<Int> = []) -> UsageSeries {
        let points = (0..<(59 * 24)).map { hour in
            (moment("2026-01-15", hours: Int64(hour), seconds: 1_800), Int64(hour) * millilitres)
        }
        return series(points, unexplained: unexplained)
    }

    @Test func `months are clipped to the data's days`() {
        let totals = MonthTotals(series: Self.hourly(1_000)).totals(over: days("2026-01-15", "2026-03-15"))
        #expect(totals.map(\.from.description) == ["2026-01-15", "2026-02-01", "2026-03-01"])
        #expect(totals.map(\.to.description) == ["2026-02-01", "2026-03-01", "2026-03-15"])
    }

    @Test func `a boundary with nothing on one side is incomplete, and the total is of what was read`() {
        let totals = MonthTotals(series: Self.hourly(1_000)).totals(over: days("2026-01-15", "2026-03-15"))
        #expect(totals.map(\.quality) == [.incomplete, .measured, .incomplete])
        #expect(totals.map(\.usageLitres) == [408, 672, 335])
        #expect(totals[1].coverage.permille == 1_000)
        #expect(totals[0].coverage.permille == 998)
    }

    @Test(
        arguments: [(20_500, MonthTotal.Quality.measured), (20_501, .estimated)]
            as [(Int64, MonthTotal.Quality)]
    )
    func `41 L across both midnights are measured, a millilitre more is estimated`(
        millilitres: Int64,
        quality: MonthTotal.Quality
    ) {
        let totals = MonthTotals(series: Self.hourly(millilitres)).totals(
            over: days("2026-02-01", "2026-03-01")
        )
        #expect(totals.map(\.quality) == [quality])
    }

    @Test func `a reading at midnight has no bracket`() {
        let points = [
            (moment("2026-01-31", hours: 23), Int64(0)), (moment("2026-02-01"), 500_000),
            (moment("2026-03-01"), 600_000), (moment("2026-03-01", hours: 1), 900_000),
        ]
        let total = MonthTotals(series: series(points)).total(of: days("2026-02-01", "2026-03-01"))
        #expect(total.quality == .measured)
        #expect(total.usageLitres == 100)
        let alone = MonthTotals(series: series(Array(points[1...2])))
        #expect(alone.total(of: days("2026-02-01", "2026-03-01")) == total)
    }

    @Test func `what needs an explanation blocks the months it touches, and no others`() {
        let february = Self.hourly(1_000, unexplained: [20 * 24])
        let months = days("2026-01-16", "2026-03-14")
        let totals = MonthTotals(series: february).totals(over: months)
        #expect(totals.map(\.quality) == [.measured, .blocked, .measured])
        #expect(totals[1].usageLitres == nil)
        let midnight = Self.hourly(1_000, unexplained: [17 * 24 - 1])
        #expect(
            MonthTotals(series: midnight).totals(over: months).map(\.quality)
                == [.blocked, .blocked, .measured]
        )
    }

    @Test func `blocked comes before incomplete`() {
        let totals = MonthTotals(series: Self.hourly(1_000, unexplained: [0]))
            .totals(over: days("2026-01-15", "2026-02-01"))
        #expect(totals.map(\.quality) == [.blocked])
    }

    @Test func `months of which nothing is known have no total, rather than zero`() {
        let totals = MonthTotals(series: UsageSeries(steps: [])).totals(
            over: days("2026-01-15", "2026-02-01")
        )
        #expect(totals.map(\.usageLitres) == [nil])
        #expect(totals.map(\.quality) == [.incomplete])
        let later = MonthTotals(series: Self.hourly(1_000)).total(of: days("2026-05-01", "2026-06-01"))
        #expect(later.usageLitres == nil)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `months add up to the register, however the readings lie`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var points = [(at: moment("2023-11-10"), millilitres: Int64(0))]
        for _ in 0..<400 {
            let (at, millilitres) = points[points.count - 1]
            let seconds = Int64.random(in: 1...90_000, using: &random)
            points.append((at + seconds, millilitres + .random(in: 0...40_000, using: &random)))
        }
        let last = points[points.count - 1]
        let days = MonthTotals.days(from: points[0].at, through: last.at)
        let totals = MonthTotals(series: series(points)).totals(over: days)
        let sum = totals.compactMap(\.usageLitres).reduce(0, +)
        #expect(sum == Volume.millilitres(last.millilitres).roundedLitres)
        #expect(zip(totals, totals.dropFirst()).allSatisfy { $0.to == $1.from })
        #expect(totals.allSatisfy { ($0.usageLitres ?? -1) >= 0 })
    }

    @Test func `a last reading at midnight closes the day before it`() {
        let first = moment("2026-01-15", seconds: 175)
        #expect(
            MonthTotals.days(from: first, through: moment("2026-03-14", hours: 23))
                == days("2026-01-15", "2026-03-15")
        )
        #expect(
            MonthTotals.days(from: first, through: moment("2026-03-15")) == days("2026-01-15", "2026-03-15")
        )
        let late = moment("2026-03-15", seconds: 300)
        #expect(MonthTotals.days(from: first, through: late) == days("2026-01-15", "2026-03-15"))
        #expect(MonthTotals.days(from: first, through: late + 1) == days("2026-01-15", "2026-03-16"))
        #expect(MonthTotals.days(from: first, through: first) == days("2026-01-15", "2026-01-16"))
        let midnight = moment("2026-01-15")
        #expect(MonthTotals.days(from: midnight, through: midnight).isEmpty)
    }
}
