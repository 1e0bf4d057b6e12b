public import Metering

/// Totals a billing period from the indexes themselves.
///
/// usage = floor(index now) - floor(index before), each in m3, never the floor of the difference: the fraction is
/// carried into the next period, and periods always add up to the register. 1,999 L to 2,001 L is 1 m3; 2,001 L to
/// 2,999 L is 0. Past the end of a dial of 10,000 m3, 9,998.7 to 3.2 m3 is 3 - 9,998 + 10,000 = 5 m3. An exchange makes
/// two legs, each by its own digits: 1,187.2 m3, closed at 1,199.9, opened at 0.044, now 5.1: 12 + 5 = 17 m3.
public struct PeriodTotals: Sendable {
    /// How far from midnight a reading may stand in: 24 hours.
    public static let reachSeconds: Int64 = 86_400
    /// How far from midnight a reading still counts as taken at it: 5 minutes.
    public static let toleranceSeconds: Int64 = 300

    private let trusted: TrustedIndexes
    private let series: UsageSeries
    private let exchanges: [MeterExchange]
    private let dial: Dial

    /// - Parameters:
    ///   - readings: of one service point, in any order and with any revisions.
    ///   - series: the usage that they show; only readings at its steps' ends are trusted, and its unexplained steps
    ///     block a period.
    ///   - exchanges: announced ones, in any order.
    ///   - dial: whose digits wrap.
    public init(readings: [Reading], series: UsageSeries, exchanges: [MeterExchange], dial: Dial) {
        self.exchanges = exchanges.sorted { $0.at < $1.at }
        self.series = series
        self.dial = dial
        trusted = TrustedIndexes(readings: readings, series: series, exchanges: self.exchanges, dial: dial)
    }

    /// The total between the midnights that begin two reading days.
    public func total(from first: LocalDay, to last: LocalDay) -> PeriodTotal {
        let previous = boundary(at: first.start)
        let current = boundary(at: last.start)
        guard let previous, let current, previous.at < current.at else {
            let missing = [previous == nil ? first : nil, current == nil ? last : nil].compactMap(\.self)
            return PeriodTotal(
                previous: previous,
                current: current,
                usageCubicMetres: nil,
                quality: .missing,
                reasons: (missing.isEmpty ? [last] : missing).map { .noReading($0) }
            )
        }
        let between = steps(from: previous.at, to: current.at)
        let isBlocked = between.contains { $0.kind == .unexplained }
        let isSubstituted = previous.isSubstitute || current.isSubstitute
        return PeriodTotal(
            previous: previous,
            current: current,
            usageCubicMetres: isBlocked ? nil : cubicMetres(from: previous, to: current, along: between),
            quality: isBlocked ? .blocked : isSubstituted ? .substituted : .measured,
            reasons: reasons([(first, previous), (last, current)], between)
        )
    }

    private func boundary(at midnight: Instant) -> BoundaryIndex? {
        guard let best = trusted.nearest(to: midnight, within: PeriodTotals.reachSeconds) else { return nil }
        let isSubstitute = abs(best.at - midnight) > PeriodTotals.toleranceSeconds
        return BoundaryIndex(at: best.at, index: best.index, isSubstitute: isSubstitute)
    }

    private func steps(from: Instant, to: Instant) -> ArraySlice<UsageStep> {
        series.steps[series.firstStep(endingAfter: from)...].prefix { $0.from < to }
    }

    private func reasons(
        _ boundaries: [(day: LocalDay, index: BoundaryIndex)],
        _ steps: ArraySlice<UsageStep>
    ) -> [PeriodTotal.Reason] {
        let substituted = boundaries.filter(\.index.isSubstitute)
            .map { PeriodTotal.Reason.substituted($0.day, at: $0.index.at) }
        return substituted
            + steps.flatMap { step -> [PeriodTotal.Reason] in
                switch step.kind {
                case .normal: []
                case .unexplained: [.unexplained(from: step.from, to: step.to)]
                case .rollover: [.rolledOver(from: step.from, to: step.to)]
                case .exchange: exchanges(in: step).map { .exchanged(at: $0.at) }
                }
            }
    }

    private func exchanges(in step: UsageStep) -> [MeterExchange] {
        exchanges.filter { step.from < $0.at && $0.at <= step.to }
    }

    /// The digits from one boundary to the other, leg by leg; each leg runs on past the end of its dial.
    private func cubicMetres(
        from previous: BoundaryIndex,
        to current: BoundaryIndex,
        along steps: ArraySlice<UsageStep>
    ) -> Int64 {
        var total: Int64 = 0
        var leg = Leg(start: previous.index)
        for step in steps {
            let crossed = step.kind == .exchange ? exchanges(in: step) : []
            guard !crossed.isEmpty else {
                leg.end += step.volume
                continue
            }
            leg.end += way(from: trusted.index(at: step.from), to: crossed[0].closing, in: step)
            for (exchange, next) in zip(crossed, crossed.dropFirst()) {
                total += leg.cubicMetres
                leg = Leg(start: exchange.opening)
                leg.end += way(from: exchange.opening, to: next.closing, in: step)
            }
            let opening = crossed[crossed.count - 1].opening
            total += leg.cubicMetres
            leg = Leg(start: opening)
            leg.end += way(from: opening, to: trusted.index(at: step.to), in: step)
        }
        return total + leg.cubicMetres
    }

    /// One meter's way inside an exchange step, round the end of its dial; a fall within jitter is none.
    private func way(from start: Volume, to end: Volume, in step: UsageStep) -> Volume {
        let rise = end - start
        if rise >= .zero { return rise <= step.volume ? rise : .zero }
        return -rise * 2 > dial.capacity ? rise + dial.capacity : .zero
    }

    private struct Leg {
        let start: Volume
        var end: Volume

        init(start: Volume) {
            self.start = start
            end = start
        }

        var cubicMetres: Int64 { end.wholeCubicMetres - start.wholeCubicMetres }
    }
}
