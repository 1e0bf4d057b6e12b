/// Why registers gave no value.
public enum RegisterDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A reply of another length than the request demands.
    case wrongLength(expected: Int, found: Int)
    /// The field's registers were not read.
    case notRead(field: String)
    /// The scale or the unit is in a register that is not known yet: the value is withheld, not mis-scaled.
    case withheld(until: String)
    /// The registers hold the model's marker for "no value", or nothing that the field's type can be.
    case noValue(field: String)
    /// A code that the model's table does not have.
    case unknownCode(field: String, code: String)
    /// The model has no such channel.
    case noChannel(Int)
    /// The model leaves the unit to the installation, which does not give it.
    case noScale
    /// The model leaves the order of the bytes to the installation, which does not give it.
    case noOrder(field: String)
    /// Negative, or more than the dial can show.
    case beyondDial(millilitres: Int64)

    public var description: String {
        switch self {
        case .wrongLength(let expected, let found): "expected \(expected) data bytes, found \(found)"
        case .notRead(let field): "the registers of \(field) were not read"
        case .withheld(let field): "withheld until \(field) is known"
        case .noValue(let field): "\(field) holds no value"
        case .unknownCode(let field, let code): "\(field) holds the unknown code \(code)"
        case .noChannel(let channel): "the model has no channel \(channel)"
        case .noScale: "the installation gives no litres per count"
        case .noOrder(let field): "the installation gives no byte_order, which \(field) needs"
        case .beyondDial(let millilitres): "\(millilitres) mL is not on the dial"
        }
    }
}
