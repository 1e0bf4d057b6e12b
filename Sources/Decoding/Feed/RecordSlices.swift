/// Finds the elements of a JSON object's `records` list in its bytes, so that each record is kept as it came.
///
/// For well-formed JSON only: whoever asks has parsed the page already. Strings are stepped over whole, since brackets
/// inside them are none.
struct RecordSlices {
    private let bytes: [UInt8]
    private var position = 0

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The bytes of each element of the top-level list called `records`, in order.
    mutating func find() -> [ArraySlice<UInt8>] {
        position = 0
        guard skipTo(UInt8(ascii: "{")) else { return [] }
        while let key = nextString() {
            guard skipTo(UInt8(ascii: ":")) else { return [] }
            if key.elementsEqual("records".utf8) { return elements() }
            skipValue()
        }
        return []
    }

    private mutating func elements() -> [ArraySlice<UInt8>] {
        var slices: [ArraySlice<UInt8>] = []
        guard skipTo(UInt8(ascii: "[")) else { return [] }
        skipSpace()
        while position < bytes.count, bytes[position] != UInt8(ascii: "]") {
            let start = position
            skipValue()
            slices.append(bytes[start..<position])
            skipSpace()
            if position < bytes.count, bytes[position] == UInt8(ascii: ",") { position += 1 }
            skipSpace()
        }
        return slices
    }

    /// Steps behind the next `byte`, over white space and commas only.
    private mutating func skipTo(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    /// The key that comes next; nil at the end of the object.
    private mutating func nextString() -> ArraySlice<UInt8>? {
        skipSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: ",") { position += 1 }
        skipSpace()
        guard position < bytes.count, bytes[position] == RecordSlices.quote else { return nil }
        let start = position + 1
        skipString()
        return bytes[start..<position - 1]
    }

    private mutating func skipString() {
        position += 1
        while position < bytes.count, bytes[position] != RecordSlices.quote {
            position += bytes[position] == RecordSlices.backslash ? 2 : 1
        }
        position = min(position + 1, bytes.count)
    }

    /// Steps over one value: to the comma or bracket behind it, at the depth where it began.
    private mutating func skipValue() {
        var depth = 0
        skipSpace()
        while position < bytes.count {
            switch bytes[position] {
            case RecordSlices.quote:
                skipString()
                if depth == 0 { return }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
                if depth == 0 {
                    position += 1
                    return
                }
            case UInt8(ascii: ","): if depth == 0 { return }
            default: break
            }
            position += 1
        }
    }
}
