import Decoding

/// Registers or bits that a device has, one after the other; between blocks it has nothing.
struct RegisterBlock: Hashable {
    let function: ReadFunction
    let start: Int
    /// Bits are 0 or 1.
    private(set) var values: [UInt16]
    /// Requests must ask for a multiple of this.
    let multiple: Int

    init(_ function: ReadFunction, _ addresses: ClosedRange<Int>, multiple: Int = 1) {
        self.function = function
        start = addresses.lowerBound
        values = [UInt16](repeating: 0, count: addresses.count)
        self.multiple = multiple
    }

    func holds(_ function: ReadFunction, _ addresses: Range<Int>) -> Bool {
        self.function == function && start <= addresses.lowerBound
            && addresses.upperBound <= start + values.count
    }

    subscript(address: Int) -> UInt16 {
        get { values[address - start] }
        set { values[address - start] = newValue }
    }

    /// Writes a number over two or four registers, most significant word first.
    mutating func put(_ number: UInt64, at address: Int, words: Int) {
        for word in 0..<words {
            self[address + word] = UInt16(truncatingIfNeeded: number >> UInt64(16 * (words - 1 - word)))
        }
    }

    /// Writes 32 bits over two registers, least significant word first.
    mutating func putLowWordFirst(_ number: UInt32, at address: Int) {
        self[address] = UInt16(truncatingIfNeeded: number)
        self[address + 1] = UInt16(truncatingIfNeeded: number >> 16)
    }
}
