/// A short name for bytes, so that people can tell two records apart and a batch gets a key of its own.
///
/// FNV-1a with 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv): no bytes give `cbf29ce484222325`, "a" gives
/// `af63dc4c8601ec8c`. It guards against accidents, not against forgers.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    public let value: UInt64

    @inlinable
    public init(of bytes: some Sequence<UInt8>) {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes {
            value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        self.value = value
    }

    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
