public import Metering

/// A value of a field that means a state of the meter.
public struct StatusRule: Hashable, Sendable {
    public let field: String
    public let test: Test
    public let flag: MeterStatus
    /// Read with every index, or only with the scale registers, which spares batteries.
    public let isPolledWithIndex: Bool

    public enum Test: Hashable, Sendable {
        /// The bit of this number, from 0, is set.
        case bit(Int)
        /// The value is one of these, as text.
        case oneOf(Set<String>)
        /// The value is none of these: 0xFFFF is "no error" where any other value is one.
        case noneOf(Set<String>)
        case below(Double)
        case above(Double)
        /// The field was read and holds no value: NaN, or one of its invalid ones.
        case noValue
    }

    public init(field: String, test: Test, flag: MeterStatus, isPolledWithIndex: Bool = true) {
        self.field = field
        self.test = test
        self.flag = flag
        self.isPolledWithIndex = isPolledWithIndex
    }

    func holds(for value: RegisterValue) -> Bool {
        switch test {
        case .bit(let bit): value.integer.map { $0 >> Int64(bit) & 1 == 1 } ?? false
        case .oneOf(let values): values.contains(value.description)
        case .noneOf(let values): !values.contains(value.description)
        case .below(let limit): value.approximate.map { $0 < limit } ?? false
        case .above(let limit): value.approximate.map { $0 > limit } ?? false
        case .noValue: false
        }
    }
}
