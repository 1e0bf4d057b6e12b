public import Metering
public import Storage

/// Erases what tells of the people at a service point before the present contract.
public struct Erasing: Sendable {
    private let pilot: Pilot
    private let store: MeterStore

    public init(pilot: Pilot, store: MeterStore) {
        self.pilot = pilot
        self.store = store
    }

    /// What shall be erased: up to the present contract, or up to an earlier day.
    ///
    /// - Parameters:
    ///   - point: where.
    ///   - day: the first day that stays; nil for the day and hour at which the present contract began.
    ///   - person: who asks for it.
    ///   - reason: why.
    ///   - now: nothing later than this is erased.
    /// - Returns: the erasure, with every number under which the point's meters send.
    /// - Throws: `ActRefusal` where no contract tells the end, or the day lies behind it; `StoreError`.
    public func erasure(
        of point: ServicePoint.ID,
        before day: LocalDay?,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws -> Erasure {
        guard try await store.registeredPoint(point) != nil else {
            throw ActRefusal("no service point \(point)", "水栓 \(point) はありません")
        }
        let began = try await store.contracts(of: point).present.from
        let latest = began ?? now
        guard let before = day?.start ?? began else {
            throw ActRefusal(
                "no contract is recorded at \(point): expected a day (--before)",
                "\(point) に契約の記録がないため、--before の日付が必要です"
            )
        }
        guard before <= latest else {
            throw ActRefusal(
                "expected a day up to \(latest.japaneseDescription), when the present contract began, found \(before.japaneseDescription)",
                "現在の契約の開始 (\(latest.japaneseDescription)) 以前の日付が必要ですが、\(before.japaneseDescription) です"
            )
        }
        var meters = Set(try await store.meterNames().filter { $0.value == point }.keys)
        if let number = pilot.installation(at: point)?.feedWay?.meter { meters.insert(number) }
        return Erasure(point: point, before: before, meters: meters.sorted(), by: person, reason: reason)
    }
}
