public import Billing
public import Metering
public import Normalisation
public import Reporting
public import Storage

/// Answers questions about usage from the stored readings: series, months, periods, reports.
public struct Ledger: Sendable {
    /// Readings this far beyond both ends of a span are read too, for the brackets of its boundaries.
    private static let marginSeconds: Int64 = 10 * 86_400

    let store: MeterStore
    let pilot: Pilot
    private var terms: SeriesTerms { pilot.terms }

    public init(store: MeterStore, pilot: Pilot) {
        self.store = store
        self.pilot = pilot
    }

    /// What is known of one point around a span.
    public struct Account: Sendable {
        public let normalised: NormalisedSeries
        public let readings: [Reading]
        /// Each where the indexes show it.
        public let exchanges: [MeterExchange]
        /// What the readings were read by.
        public let context: SeriesContext
        /// What of the readings came by the point's second way.
        public let filling: WayFilling

        public var dial: Dial { context.dial }
        public var series: UsageSeries { normalised.series }
    }

    /// One point's readings around `days`, as usage.
    ///
    /// - Parameters:
    ///   - point: one of the pilot's.
    ///   - days: the span asked for.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: nil when the pilot has no such point.
    /// - Throws: `StoreError` when the store can't be read.
    public func account(
        of point: ServicePoint.ID,
        around days: Range<LocalDay>,
        asOf: Instant? = nil
    ) async throws -> Account? {
        guard let installation = pilot.installation(at: point) else { return nil }
        let from = days.lowerBound.start - Ledger.marginSeconds
        let to = days.upperBound.start + Ledger.marginSeconds
        let past = try await PointHistory(store, terms.index).past(
            of: installation,
            in: from..<to,
            asOf: asOf
        )
        let context = past.context
        let normalised = SeriesNormaliser(context).normalise(past.readings)
        return Account(
            normalised: normalised,
            readings: past.readings.filter { reading in !context.invalid.contains { $0.contains(reading.at) }
            },
            exchanges: normalised.exchanges,
            context: context,
            filling: past.filling
        )
    }

    /// Calendar months of one point.
    public func months(of point: ServicePoint.ID, over days: Range<LocalDay>) async throws -> [MonthTotal] {
        guard let account = try await account(of: point, around: days) else { return [] }
        return MonthTotals(series: account.series).totals(over: days)
    }

    /// The whole cubic metres of one point between two reading days.
    public func period(of point: ServicePoint.ID, from first: LocalDay, to last: LocalDay) async throws
        -> PeriodTotal?
    {
        guard let account = try await account(of: point, around: first..<last) else { return nil }
        return PeriodTotals(
            readings: account.readings,
            series: account.series,
            exchanges: account.exchanges,
            dial: account.dial
        ).total(from: first, to: last)
    }

    /// The usage report over the months that touch `days`, contract by contract.
    ///
    /// What was used before the present contract began is another's, and is left out. A point that fell silent is
    /// estimated as far as others are known, and never into the future.
    ///
    /// - Parameters:
    ///   - days: the span asked for.
    ///   - allContracts: tell the earlier ones too, for a person who has a reason.
    /// - Returns: a row for each month of each contract; what was used while none held says so.
    /// - Throws: `StoreError` when the store can't be read.
    public func usageReport(over days: Range<LocalDay>, allContracts: Bool = false) async throws
        -> UsageReport
    {
        var rows: [UsageReport.Row] = []
        let newest = try await newestReading()
        for point in pilot.installations.map(\.point.id) {
            guard let account = try await account(of: point, around: days) else { continue }
            let estimates =
                newest.map { Estimator(settings: terms.estimation).estimates(for: account.series, until: $0) }
                ?? []
            let contracts = try await store.contracts(of: point)
            for span in allContracts ? contracts.spans : [contracts.present] {
                rows += span.rows(of: point, account, estimates, over: days)
            }
        }
        return UsageReport(rows: rows)
    }

    /// What the validation rules say of every point in `days`.
    public func validationReport(over days: Range<LocalDay>) async throws -> ValidationReport {
        let span = days.lowerBound.start..<days.upperBound.start
        var rows: [ValidationReport.Row] = []
        for point in pilot.installations.map(\.point.id) {
            guard let account = try await account(of: point, around: days) else { continue }
            let clock = try await clockDrifts(of: point, account, in: span)
            rows += Validation(account.context, settings: terms.validation)
                .notes(on: account.normalised, clock: clock)
                .filter { $0.span.overlaps(span) }
                .map {
                    ValidationReport.Row(
                        point: point,
                        rule: $0.rule.name(version: terms.version),
                        span: $0.span,
                        volume: $0.volume,
                        expected: $0.expected,
                        seconds: $0.seconds
                    )
                }
        }
        return ValidationReport(rows: rows)
    }

    private func clockDrifts(of point: ServicePoint.ID, _ account: Account, in span: Range<Instant>)
        async throws -> [ClockDrift]
    {
        guard let installation = pilot.installation(at: point) else { return [] }
        // What the second way filled in bears another clock's stamps.
        let filled = Set(account.filling.readings.map(\.reading.at))
        return try await PointClock(store, terms.clock).drifts(
            of: installation,
            account.readings.filter { !filled.contains($0.at) },
            in: span,
            pilot
        )
    }

    private func newestReading() async throws -> Instant? {
        try await store.lastReadings().values.map(\.at).max()
    }
}

extension [EstimatedStep] {
    /// What is estimated in `span` without any index that closes it.
    fileprivate func proxied(in span: Range<Instant>) -> Volume {
        filter { !$0.method.isVolumeExact && span.contains($0.from) }.reduce(.zero) { $0 + $1.volume }
    }
}

extension ContractSpan {
    /// One row a month of what was used in it.
    fileprivate func rows(
        of point: ServicePoint.ID,
        _ account: Ledger.Account,
        _ estimates: [EstimatedStep],
        over days: Range<LocalDay>
    ) -> [UsageReport.Row] {
        guard let own = ownDays(in: days) else { return [] }
        let usage = only(account.series)
        return own.months.map { month in
            let span = part(of: month.lowerBound.start..<month.upperBound.start)
            return UsageReport.Row(
                point: point,
                series: usage,
                days: month,
                proxied: span.map { estimates.proxied(in: $0) } ?? .zero,
                contract: state,
                secondWaySeconds: span.map { account.filling.seconds(of: usage, in: $0) } ?? 0
            )
        }
    }

    /// The days of `days` that it touches.
    private func ownDays(in days: Range<LocalDay>) -> Range<LocalDay>? {
        guard let part = part(of: days.lowerBound.start..<days.upperBound.start) else { return nil }
        return LocalDay(
            containing: part.lowerBound
        )..<LocalDay(containing: part.upperBound - 1).advanced(by: 1)
    }
}

extension Range<LocalDay> {
    /// The days by calendar months, the first and the last clipped.
    var months: [Range<LocalDay>] {
        var months: [Range<LocalDay>] = []
        var from = lowerBound
        while from < upperBound {
            let to = Swift.min(from.month.next.firstDay, upperBound)
            months.append(from..<to)
            from = to
        }
        return months
    }
}
