public import Metering

/// Totals by calendar month in Japan, by interpolation to midnight.
///
/// The amount used up to each midnight, counted from the first reading, is rounded to litres once, so that months
/// always add up to the register: 10.4 L by one midnight and 20.8 L by the next are 10 and 11 L.
///
/// A midnight lies in the bracket between the last reading before it and the first one after it. Of the water that
/// went through in between, nobody knows how much went before; so a month is off by at most what its two brackets
/// hold: 20 L around the first midnight and 21 L around the last are `measured`, one litre more is `estimated`.
public struct MonthTotals: Sendable {
    /// The most that the index may advance across the two brackets of a month that still counts as measured.
    public static let bracketLimit = Volume.litres(41)

    private let series: UsageSeries

    /// - Parameter series: of one service point; its unexplained steps block the months that they touch.
    public init(series: UsageSeries) {
        self.series = series
    }

    /// The days that readings between two instants tell of; a last one at midnight, or up to five minutes late, closes
    /// the day before it.
    ///
    /// From 11-15 00:02 to 03-14 23:05, and also to 03-15 00:00:20: 11-15 to 03-14, so 03-15 is the excluded end.
    public static func days(from first: Instant, through last: Instant) -> Range<LocalDay> {
        let from = LocalDay(containing: first)
        let end = LocalDay(containing: last)
        let closesTheDayBefore = last == end.start || (last <= end.start + 300 && from < end)
        return from..<max(from, closesTheDayBefore ? end : end.advanced(by: 1))
    }

    /// The months that touch `days`, the first and the last clipped to it.
    ///
    /// - Parameter days: the days of the data, the upper one excluded.
    /// - Returns: one total a month, in order; empty for no days.
    public func totals(over days: Range<LocalDay>) -> [MonthTotal] {
        var totals: [MonthTotal] = []
        var from = days.lowerBound
        while from < days.upperBound {
            let to = min(from.month.next.firstDay, days.upperBound)
            totals.append(total(of: from..<to))
            from = to
        }
        return totals
    }

    /// The total between two midnights, by the same rules, whatever days they begin.
    public func total(of days: Range<LocalDay>) -> MonthTotal {
        let (from, to) = (days.lowerBound.start, days.upperBound.start)
        let usage = series.usage(in: from..<to)
        let quality = quality(of: usage, from: from, to: to)
        let isTotal = quality != .blocked && usage.coverage.knownSeconds > 0
        return MonthTotal(
            from: days.lowerBound,
            to: days.upperBound,
            usageLitres: isTotal ? litresUsed(by: to) - litresUsed(by: from) : nil,
            quality: quality,
            coverage: usage.coverage
        )
    }

    private func quality(of usage: Usage, from: Instant, to: Instant) -> MonthTotal.Quality {
        if usage.isUnexplained { return .blocked }
        guard let first = bracket(at: from), let last = bracket(at: to) else { return .incomplete }
        return first + last > MonthTotals.bracketLimit ? .estimated : .measured
    }

    /// The index advance between the readings on both sides of `midnight`; zero when one was taken just then.
    private func bracket(at midnight: Instant) -> Volume? {
        if midnight == series.span?.upperBound { return .zero }
        guard let step = series.step(at: midnight) else { return nil }
        return step.from == midnight ? .zero : step.volume
    }

    private func litresUsed(by instant: Instant) -> Int64 {
        guard let span = series.span, instant > span.lowerBound else { return 0 }
        return series.usage(in: span.lowerBound..<instant).volume.roundedLitres
    }
}
