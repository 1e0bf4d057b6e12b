import Decoding
public import Metering
public import Storage

/// Changes the register (台帳) by the keys of the installations file.
public struct RegisterChange: Sendable {
    private let store: MeterStore

    public init(store: MeterStore) {
        self.store = store
    }

    /// The keys that a person may set; a meter changes by an exchange alone.
    public static let keys = RegisterKey.allCases.filter { $0 != .meter }

    /// Sets one key of a point.
    ///
    /// - Parameters:
    ///   - key: one of `keys`, by its name.
    ///   - value: as the installations file writes it; a dial as `10000` or `10000,10` (m3, litres a step).
    ///   - point: where.
    ///   - person: who says so.
    ///   - reason: why.
    ///   - now: the time of storing; vacancy holds from then on.
    /// - Returns: whether anything changed.
    /// - Throws: `ActRefusal` where key or value is none; `StoreError`.
    public func set(
        _ key: String,
        to value: String,
        at point: ServicePoint.ID,
        by person: String,
        reason: String,
        now: Instant
    ) async throws -> Bool {
        guard let known = try await store.registeredPoint(point) else {
            throw ActRefusal("no service point \(point)", "水栓 \(point) はありません")
        }
        guard let key = RegisterChange.keys.first(where: { $0.rawValue == key }) else {
            let names = RegisterChange.keys.map(\.rawValue).joined(separator: ", ")
            throw ActRefusal("expected one of \(names), found \(key)", "\(names) のいずれかが必要ですが、\(key) です")
        }
        guard let changed = RegisterChange.changed(known, key, value) else {
            throw ActRefusal(
                "\(key.rawValue): expected \(key.expected.english), found \(value)",
                "\(key.rawValue): \(key.expected.japanese) が必要ですが、\(value) です"
            )
        }
        guard key == .vacant else {
            return try await !store.change(changed, by: person, reason: reason, at: now).isEmpty
        }
        guard changed.point.isVacant != known.point.isVacant else { return false }
        let kind: EventKind = changed.point.isVacant ? .vacant : .occupied
        let event = PointEvent(place: .point(point), kind: kind, at: now, by: person, reason: reason)
        return try await store.record([EventRecord(event)], at: now).contains(where: \.isNew)
    }

    private static func changed(_ known: RegisteredPoint, _ key: RegisterKey, _ value: String)
        -> RegisteredPoint?
    {
        let (point, meter) = (known.point, known.meter)
        switch key {
        case .calibre:
            return Int(value).flatMap { (10...400).contains($0) ? $0 : nil }.map { bore in
                known.with(point.with(calibre: bore))
            }
        case .useClass: return value.isEmpty ? nil : known.with(point.with(use: value))
        case .area: return known.with(point.with(area: value))
        case .vacant: return flag(value).map { known.with(point.with(vacant: $0)) }
        case .billable: return flag(value).map { known.with(meter.with(billable: $0)) }
        case .verifiedUntil: return LocalMonth(value).map { known.with(meter.with(verifiedUntil: $0)) }
        case .dial: return dial(value).map { known.with(meter.with(dial: $0)) }
        case .meter: return nil
        }
    }

    private static func flag(_ value: String) -> Bool? { ["true": true, "false": false][value] }

    /// Capacity in m3, and litres a step where it is not one.
    private static func dial(_ value: String) -> Dial? {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false).map { Int64($0) }
        guard let first = parts.first, let capacity = first, (1...100_000_000).contains(capacity),
            parts.count <= 2
        else { return nil }
        guard let resolution = parts.count == 2 ? parts[1] : 1, (1...1_000).contains(resolution),
            capacity * 1_000 % resolution == 0
        else { return nil }
        let dial = (capacity: Volume.cubicMetres(capacity), resolution: Volume.litres(resolution))
        return dial.capacity > dial.resolution
            ? Dial(capacity: dial.capacity, resolution: dial.resolution) : nil
    }
}

extension RegisterKey {
    fileprivate var expected: (english: String, japanese: String) {
        switch self {
        case .calibre: ("10 to 400", "10から400までの整数")
        case .useClass: ("a word", "用途の名称")
        case .area: ("a name", "地区の名称")
        case .vacant, .billable: ("true or false", "true または false")
        case .meter: ("nothing", "空欄")
        case .dial:
            (
                "m3 such as 10000, or with litres a step: 10000,10",
                "10000 のような m3、または最小目盛のリットルを添えた 10000,10"
            )
        case .verifiedUntil: ("a month such as 2031-03", "2031-03 のような年月")
        }
    }
}

extension RegisteredPoint {
    fileprivate func with(_ point: ServicePoint) -> RegisteredPoint {
        RegisteredPoint(point: point, meter: meter)
    }
    fileprivate func with(_ meter: Meter) -> RegisteredPoint { RegisteredPoint(point: point, meter: meter) }
}

extension ServicePoint {
    fileprivate func with(
        calibre: Int? = nil,
        use: String? = nil,
        area: String? = nil,
        vacant: Bool? = nil
    ) -> ServicePoint {
        ServicePoint(
            id: id,
            calibre: calibre.map { Calibre(millimetres: $0) } ?? self.calibre,
            useClass: use.map { UseClass($0) } ?? useClass,
            area: area ?? self.area,
            isVacant: vacant ?? isVacant
        )
    }
}

extension Meter {
    fileprivate func with(dial: Dial? = nil, verifiedUntil: LocalMonth? = nil, billable: Bool? = nil) -> Meter
    {
        Meter(
            id: id,
            dial: dial ?? self.dial,
            verifiedUntil: verifiedUntil ?? self.verifiedUntil,
            isBillable: billable ?? isBillable
        )
    }
}
