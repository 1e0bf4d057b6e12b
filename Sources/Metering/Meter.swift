/// A water meter as its maker numbered it.
public struct Meter: Hashable, Sendable, Identifiable {
    public typealias ID = Identifier<Meter>

    public let id: ID
    public let dial: Dial
    /// The month in which its verification (検定) expires; nil when it has none.
    public let verifiedUntil: LocalMonth?
    /// Whether its index may be billed (取引使用).
    public let isBillable: Bool

    public init(id: ID, dial: Dial, verifiedUntil: LocalMonth? = nil, isBillable: Bool = true) {
        self.id = id
        self.dial = dial
        self.verifiedUntil = verifiedUntil
        self.isBillable = isBillable
    }
}

/// What a register can show: the volume at which it wraps to zero, and one count.
///
/// A dial of four black digits and litres wraps at 10,000 m3: capacity 10,000,000 L, resolution 1 L.
public struct Dial: Hashable, Sendable {
    public let capacity: Volume
    public let resolution: Volume

    public init(capacity: Volume, resolution: Volume) {
        precondition(resolution > .zero && capacity > resolution, "a dial has at least two counts")
        self.capacity = capacity
        self.resolution = resolution
    }

    /// A volume as the dial shows it, which begins anew at its end: 10,000,010 L on a dial of 10,000 m3 are 10 L.
    public func wrapped(_ volume: Volume) -> Volume {
        let rest = volume.millilitres % capacity.millilitres
        return .millilitres(rest < 0 ? rest + capacity.millilitres : rest)
    }

    /// A difference the shorter way round the dial: on one of 10,000 m3, from 9,999,990 L to 5 L are 15 L and not
    /// -9,999,985 L.
    public func shorterWay(_ difference: Volume) -> Volume {
        let forward = wrapped(difference)
        let backward = forward - capacity
        return forward.millilitres <= -backward.millilitres ? forward : backward
    }
}
