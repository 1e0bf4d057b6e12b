/// Which byte of a value of several registers comes first on the wire.
public enum ByteOrder: Hashable, Sendable {
    /// ABCD: the most significant register first.
    case big
    /// CDAB: the least significant register first, bytes inside a register as usual.
    case little
    /// DCBA: every byte reversed.
    case dcba
    /// BADC: the most significant register first, bytes inside each swapped.
    case badc
    /// The weight of each byte as it comes, 0 for the least: [1, 0, 3, 2] is CDAB.
    case weights([Int])

    /// The four orders that makers name; for values of more than two registers they go on in the same way.
    public static let named: [(name: String, order: ByteOrder)] = [
        ("big", .big), ("little", .little), ("dcba", .dcba), ("badc", .badc),
    ]

    /// The name in meter models: one of the four, `abcd`, `cdab`, or weights such as `1-0-3-2`.
    public init?(_ name: String) {
        let word = ["abcd": "big", "cdab": "little"][name] ?? name
        if let order = ByteOrder.named.first(where: { $0.name == word })?.order {
            self = order
            return
        }
        let parts = name.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        let weights = parts.compactMap(\.self)
        guard weights.count == parts.count, weights.count >= 2, weights.count.isMultiple(of: 2),
            weights.sorted() == Array(weights.indices)
        else { return nil }
        self = .weights(weights)
    }

    public var name: String {
        if case .weights(let weights) = self { return weights.map(String.init).joined(separator: "-") }
        return ByteOrder.named.first { $0.order == self }?.name ?? ""
    }

    /// Whether it can order a value of so many registers.
    public func fits(registers count: Int) -> Bool {
        if case .weights(let weights) = self { weights.count == count * 2 } else { true }
    }

    /// The bytes of `registers` with the most significant first.
    ///
    /// - Parameter registers: as many words as the order fits, as they came.
    /// - Returns: twice as many bytes.
    func bytes(of registers: [UInt16]) -> [UInt8] {
        let wire = registers.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        switch self {
        case .big: return wire
        case .little: return registers.reversed().flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        case .dcba: return wire.reversed()
        case .badc: return registers.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        case .weights(let weights):
            precondition(weights.count == wire.count, "the order fits the value")
            var bytes = wire
            for (place, weight) in weights.enumerated() { bytes[bytes.count - 1 - weight] = wire[place] }
            return bytes
        }
    }
}

/// Where the order of a field's bytes is said.
public enum FieldOrder: Hashable, Sendable {
    case fixed(ByteOrder)
    /// In the installation (`byte_order`), since whoever sets up the meter chooses it.
    case site
    /// By a code in another register.
    case register(field: String, orders: [String: ByteOrder])
}
