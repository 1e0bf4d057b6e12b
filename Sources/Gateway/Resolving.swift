public import Metering
import Normalisation
public import Storage

/// What a person says of a fall, a jump or a stretch of readings that only a person can explain, and takes back.
public struct Resolving: Sendable {
    private let pilot: Pilot
    private let store: MeterStore

    public init(pilot: Pilot, store: MeterStore) {
        self.pilot = pilot
        self.store = store
    }

    /// What is said.
    public enum Claim: Hashable, Sendable {
        /// `at` is nil where only the readings tell when it was.
        case exchange(closing: Volume, opening: Volume, newMeter: Meter.ID, at: Instant?)
        case correction(Volume)
        case invalid
    }

    /// What came of it.
    public struct Outcome: Hashable, Sendable {
        /// The number by which it is undone.
        public let number: Int64
        /// What is still unexplained in the stretch.
        public let left: [Discontinuity]
    }

    /// Keeps what a person says of the stretch from `from` to `to`.
    ///
    /// - Parameters:
    ///   - claim: what it was.
    ///   - point: where.
    ///   - from: the first instant of the stretch.
    ///   - to: its end: the first instant behind it, or the reading behind the fall where it was an exchange.
    ///   - person: who says so.
    ///   - reason: why.
    ///   - now: the time of storing.
    /// - Returns: its number, and what it leaves unexplained.
    /// - Throws: `ActRefusal` where the claim cannot be; `StoreError`.
    public func resolve(
        _ claim: Claim,
        at point: ServicePoint.ID,
        from: Instant,
        to: Instant,
        by person: String,
        reason: String,
        now: Instant
    ) async throws -> Outcome {
        guard from < to, to <= now + 300 else {
            throw ActRefusal(
                "expected a stretch that ends after it begins and not after now, "
                    + "found \(from.japaneseDescription) to \(to.japaneseDescription)",
                "開始より後、現在までに終わる期間が必要ですが、\(from.japaneseDescription) から "
                    + "\(to.japaneseDescription) です"
            )
        }
        let resolution = Resolution(
            point: point,
            from: from,
            to: to,
            act: try await act(claim, at: point, from: from, to: to),
            by: person,
            reason: reason
        )
        let number = try await store.record(resolution, at: now)
        let left = try await discontinuities(at: point, from: from, to: to)
        return Outcome(number: number, left: left)
    }

    private func act(_ claim: Claim, at point: ServicePoint.ID, from: Instant, to: Instant) async throws
        -> Resolution.Act
    {
        let capacity = try await capacity(at: point)
        func onDial(_ index: Volume) throws -> Volume {
            guard index >= .zero, index < capacity else {
                throw ActRefusal(
                    "expected an index below \(capacity), found \(index)",
                    "\(capacity) 未満の指針が必要ですが、\(index) があります"
                )
            }
            return index
        }
        switch claim {
        case .invalid: return .invalid
        case .correction(let index): return .correction(try onDial(index))
        case .exchange(let closing, let opening, let newMeter, let at):
            let exchange = MeterExchange(
                point: point,
                at: try await instant(at, of: point, from: from, to: to),
                closing: try onDial(closing),
                opening: try onDial(opening),
                newMeter: newMeter
            )
            return .exchange(exchange)
        }
    }

    /// When an exchange was: as told, or at the reading behind the one fall or jump of the stretch.
    private func instant(_ told: Instant?, of point: ServicePoint.ID, from: Instant, to: Instant) async throws
        -> Instant
    {
        if let told, told >= from, told <= to { return told }
        let found = try await discontinuities(at: point, from: from, to: to)
        guard told == nil, found.count == 1, let only = found.first else {
            throw ActRefusal(
                "expected one fall or jump that nothing explains from \(from.japaneseDescription) to "
                    + "\(to.japaneseDescription), or the instant of the exchange in it; found \(found.count)",
                "\(from.japaneseDescription) から \(to.japaneseDescription) に未説明の逆行・飛びが一つ、または期間内の交換日時が"
                    + "必要ですが、\(found.count) 件です"
            )
        }
        return only.to
    }

    private func discontinuities(at point: ServicePoint.ID, from: Instant, to: Instant) async throws
        -> [Discontinuity]
    {
        let days = LocalDay(containing: from)..<LocalDay(containing: to).advanced(by: 1)
        let account = try await Ledger(store: store, pilot: pilot).account(of: point, around: days)
        return account?.normalised.discontinuities.filter { from <= $0.to && $0.from <= to } ?? []
    }

    private func capacity(at point: ServicePoint.ID) async throws -> Volume {
        guard let known = try await store.registeredPoint(point) else {
            throw ActRefusal("no service point \(point)", "水栓 \(point) はありません")
        }
        return known.meter.dial.capacity
    }
}
