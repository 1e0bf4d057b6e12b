public import Metering

/// Registers as somebody wrote them down: `address:value` lines, or hexadecimal words from an address on.
///
/// ```
/// # a comment
/// 2017-01-11 19:12        when they were read; only shown
/// 9:0                     an address by the model's own numbering, a value of 0...65535 or 0x...
/// 4/1063 = 0x0136         with the function before it, where it is not the usual one
/// 01 03 04 00 00 00 1B BB 8F    a whole reply, its checksum right; or the words alone, from the address given
/// ```
public struct RegisterDump: Sendable {
    public let image: RegisterImage
    /// When the registers were read, as the dump says; nil where it says nothing.
    public let readAt: String?
    public let count: Int
    public let rejections: [Rejection]

    /// - Parameters:
    ///   - text: the dump.
    ///   - name: its name, for messages.
    ///   - numbering: how its addresses count.
    ///   - function: what is meant where a line says nothing.
    ///   - start: the address of the first hexadecimal word; nil where there must be none.
    public init(
        _ text: String,
        named name: String,
        numbering: AddressNumbering,
        function: ReadFunction = .holdingRegisters,
        start: String? = nil
    ) {
        var reader = DumpReader(name: name, numbering: numbering, function: function)
        reader.next = start.flatMap { numbering.place($0, function: function) }
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            reader.read(line.prefix { $0 != "#" }.trimmed, number + 1)
        }
        image = reader.image
        readAt = reader.readAt
        count = reader.count
        rejections = reader.rejections
    }
}

/// Takes line after line.
private struct DumpReader {
    let name: String
    let numbering: AddressNumbering
    let function: ReadFunction
    var next: (function: ReadFunction, address: Int)?
    var image = RegisterImage()
    var readAt: String?
    var count = 0
    var rejections: [Rejection] = []

    mutating func read(_ line: String, _ number: Int) {
        guard !line.isEmpty else { return }
        if isDate(line) {
            readAt = line
        } else if let separator = line.firstIndex(where: { ":=,;".contains($0) }) {
            pair(line[..<separator].trimmed, line[line.index(after: separator)...].trimmed, number)
        } else {
            hexadecimal(line, number)
        }
    }

    /// Whether a line begins as `2017-01-11 19:12` does.
    private func isDate(_ line: String) -> Bool {
        let day = line.prefix(10).split(separator: "-").map { ($0.count, Int($0)) }
        return day.count == 3 && day[0].0 == 4 && day.allSatisfy { $0.1 != nil }
    }

    private mutating func pair(_ left: String, _ right: String, _ number: Int) {
        let parts = left.split(separator: "/")
        let named = parts.count == 2 ? UInt8(parts[0]).flatMap(ReadFunction.init) : nil
        let usual = numbering == .modicon ? nil : function
        guard parts.count <= 2, parts.count == 1 || named != nil, let last = parts.last,
            let place = numbering.place(DumpReader.decimal(last), function: named ?? usual)
        else { return refuse("address", "an address by the numbering \(numbering.rawValue)", left, number) }
        guard let value = DumpReader.number(right), value <= (place.function.readsBits ? 1 : 65_535) else {
            return refuse(
                "value",
                place.function.readsBits ? "0 or 1" : "0 to 65535 or 0x0000 to 0xFFFF",
                right,
                number
            )
        }
        image.set(place.function, place.address, to: UInt16(value))
        count += 1
    }

    /// Hexadecimal addresses become decimal ones.
    private static func decimal(_ text: Substring) -> String {
        text.lowercased().hasPrefix("0x")
            ? Int(text.dropFirst(2), radix: 16).map(String.init) ?? "" : String(text)
    }

    private static func number(_ text: String) -> Int? {
        text.lowercased().hasPrefix("0x")
            ? Int(text.dropFirst(2), radix: 16) : Int(text).flatMap { $0 < 0 ? nil : $0 }
    }

    private mutating func hexadecimal(_ line: String, _ number: Int) {
        let digits = line.filter { !$0.isWhitespace }
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { offset in
            UInt8(digits.dropFirst(offset).prefix(2), radix: 16)
        }
        guard digits.count.isMultiple(of: 2), bytes.count * 2 == digits.count else {
            return refuse("registers", "address:value, or hexadecimal bytes", line, number)
        }
        let reply = ReplyFrame(bytes)
        let data = reply?.data ?? bytes
        guard let start = next else {
            return refuse("registers", "an address for the first word (--from)", line, number)
        }
        guard data.count.isMultiple(of: 2), start.address + data.count / 2 <= 65_536 else {
            return refuse("registers", "whole words of 16 bits", line, number)
        }
        let function = reply?.function ?? start.function
        for offset in 0..<data.count / 2 {
            let word = UInt16(data[offset * 2]) << 8 | UInt16(data[offset * 2 + 1])
            image.set(function, start.address + offset, to: word)
        }
        count += data.count / 2
        next = (start.function, start.address + data.count / 2)
    }

    private mutating func refuse(_ field: String, _ expected: String, _ found: String, _ line: Int) {
        rejections.append(Rejection(place: "\(name):\(line)", field: field, expected: expected, found: found))
    }
}

/// A reply to a read of registers, whole and with the right checksum.
private struct ReplyFrame {
    let function: ReadFunction
    let data: [UInt8]

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 7, let function = ReadFunction(rawValue: bytes[1]), !function.readsBits,
            Int(bytes[2]) == bytes.count - 5, RTUChecksum.of(bytes.dropLast(2)) == Array(bytes.suffix(2))
        else { return nil }
        self.function = function
        data = Array(bytes.dropFirst(3).dropLast(2))
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let rest = drop { $0.isWhitespace }
        let end = rest.lastIndex { !$0.isWhitespace }
        return end.map { String(rest[...$0]) } ?? ""
    }
}
