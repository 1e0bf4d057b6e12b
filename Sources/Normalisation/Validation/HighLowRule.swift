import Metering

/// `high-low`: a week far above or far below the mean of the four weeks before it.
///
/// Twice the usual and 10 m3 a month more is high, 30 % of a usual 10 m3 a month or more is low; a week is judged
/// by seven thirtieths of both. Usual 3,000 L a week: 6,000 L are high (3,000 more, of which 2,333 would do); 5,999
/// L are not. Usual 2,000 L a week is less than 10 m3 a month, so nothing is low. Weeks count back from the last
/// whole day, and only those that are wholly known and explained are judged or taken for usual.
struct HighLowRule {
    static let usualWeeks = 4

    private let settings: ValidationSettings

    init(_ settings: ValidationSettings) {
        self.settings = settings
    }

    func notes(on series: UsageSeries) -> [ValidationNote] {
        let weeks = weeks(of: series)
        return weeks.indices.compactMap { position in
            let before = weeks[..<position].suffix(HighLowRule.usualWeeks).compactMap(\.used)
            guard let used = weeks[position].used, before.count >= 2 else { return nil }
            let usual = before.reduce(Volume.zero, +).millilitres / Int64(before.count)
            guard isHigh(used.millilitres, usual) || isLow(used.millilitres, usual) else { return nil }
            return ValidationNote(.highLow, weeks[position].span, volume: used, expected: .millilitres(usual))
        }
    }

    private func isHigh(_ used: Int64, _ usual: Int64) -> Bool {
        used * 100 >= usual * settings.highPercent
            && (used - usual) * 30 >= settings.highLitresPerMonth * 1_000 * 7
    }

    private func isLow(_ used: Int64, _ usual: Int64) -> Bool {
        used * 100 <= usual * settings.lowPercent
            && usual * 30 >= settings.lowBaseLitresPerMonth * 1_000 * 7
    }

    private struct Week {
        let span: Range<Instant>
        /// Nil where not all of it is known.
        let used: Volume?
    }

    private func weeks(of series: UsageSeries) -> [Week] {
        guard let span = series.span else { return [] }
        var weeks: [Week] = []
        var end = LocalDay(containing: span.upperBound)
        while end.advanced(by: -7).start >= span.lowerBound {
            let week = end.advanced(by: -7).start..<end.start
            let usage = series.usage(in: week)
            let isKnown = usage.coverage.permille == 1_000 && !usage.isUnexplained
            weeks.append(Week(span: week, used: isKnown ? usage.volume : nil))
            end = end.advanced(by: -7)
        }
        return weeks.reversed()
    }
}
