/// One value in the unit's registers.
public struct RegisterField: Hashable, Sendable {
    public let name: String
    public let function: ReadFunction
    /// The PDU address, from 0.
    public let address: UInt16
    public let type: RegisterType
    public let order: FieldOrder
    /// The part of the whole number that is meant; nil for all of it.
    public let cut: BitCut?
    /// Values that mean "none", besides NaN and infinities.
    public let invalid: [BadValue]

    public init(
        name: String,
        function: ReadFunction,
        address: UInt16,
        type: RegisterType,
        order: FieldOrder = .fixed(.big),
        cut: BitCut? = nil,
        invalid: [BadValue] = []
    ) {
        self.name = name
        self.function = function
        self.address = address
        self.type = type
        self.order = order
        self.cut = cut
        self.invalid = invalid
    }

    public var addresses: Range<Int> { Int(address)..<Int(address) + type.registerCount }
}

/// Some bits in a row of a whole number.
///
/// Of 0x00819D02, 24 bits from bit 8 are 0x00819D, and 8 bits from bit 0 are 2.
public struct BitCut: Hashable, Sendable {
    /// From 0, the least significant.
    public let from: Int
    public let count: Int

    public init(from: Int, count: Int) {
        precondition(from >= 0 && count >= 1 && from + count <= 64, "the bits are those of a number")
        self.from = from
        self.count = count
    }
}

/// A value that means "none".
public enum BadValue: Hashable, Sendable {
    /// A number as it is written: -9999, 1.0e20.
    case number(String)
    /// The bits of the registers, in the field's own order: 0x7FC00000.
    case pattern(UInt64)
}
