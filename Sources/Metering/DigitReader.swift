/// Reads a date text byte by byte; every step says whether it fitted.
struct DigitReader<Bytes: Sequence> where Bytes.Element == UInt8 {
    private var rest: Bytes.Iterator
    private var next: UInt8?

    init(_ bytes: Bytes) {
        rest = bytes.makeIterator()
        next = rest.next()
    }

    var isAtEnd: Bool { next == nil }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let byte = next, UInt32(byte) == character.value else { return false }
        next = rest.next()
        return true
    }

    /// Exactly `digits` ASCII digits as a number, or nil.
    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let byte = next, (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
            next = rest.next()
        }
        return value
    }

    /// One ASCII digit or more; false when there is none.
    mutating func skipDigits() -> Bool {
        var found = false
        while let byte = next, (48...57).contains(byte) {
            found = true
            next = rest.next()
        }
        return found
    }

    /// `Z`, `+09:00` or `+0900` as seconds east of Greenwich, or nil.
    mutating func zoneOffsetSeconds() -> Int64? {
        if skip("Z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(digits: 2) else { return nil }
        _ = skip(":")
        guard let minutes = number(digits: 2), hours < 24, minutes < 60 else { return nil }
        return sign * Int64(hours * 3_600 + minutes * 60)
    }
}
