/// What has been read of one unit so far, by function and address.
public struct RegisterImage: Hashable, Sendable {
    private var words: [ReadFunction: [Int: UInt16]] = [:]

    public init() {}

    /// Takes over the data of one reply.
    ///
    /// - Parameters:
    ///   - request: what was asked.
    ///   - data: the bytes after the reply's byte count; registers high byte first, bits low bit first.
    /// - Throws: `.wrongLength` when the reply has another length than the request demands; nothing is taken then.
    public mutating func record(_ request: ReadRequest, data: [UInt8]) throws(RegisterDecodingError) {
        guard data.count == request.replyByteCount else {
            throw .wrongLength(expected: request.replyByteCount, found: data.count)
        }
        for (offset, address) in request.addresses.enumerated() {
            let word: UInt16
            if request.function.readsBits {
                word = UInt16(data[offset / 8] >> (offset % 8) & 1)
            } else {
                word = UInt16(data[offset * 2]) << 8 | UInt16(data[offset * 2 + 1])
            }
            words[request.function, default: [:]][address] = word
        }
    }

    /// Sets one register or bit, as examples in meter models do.
    public mutating func set(_ function: ReadFunction, _ address: Int, to word: UInt16) {
        words[function, default: [:]][address] = word
    }

    /// One register with its place, for whoever keeps an image outside the program.
    public struct Listed: Codable, Hashable, Sendable {
        public let function: UInt8
        public let address: Int
        public let word: UInt16
    }

    /// Every register in order.
    public var listed: [Listed] {
        words.flatMap { function, registers in
            registers.map { Listed(function: function.rawValue, address: $0.key, word: $0.value) }
        }.sorted { ($0.function, $0.address) < ($1.function, $1.address) }
    }

    /// - Parameter listed: registers of functions that read; others are left out.
    public init(_ listed: [Listed]) {
        for register in listed {
            guard let function = ReadFunction(rawValue: register.function) else { continue }
            set(function, register.address, to: register.word)
        }
    }

    /// Takes over everything that `other` has.
    public mutating func merge(_ other: RegisterImage) {
        for (function, registers) in other.words {
            words[function, default: [:]].merge(registers) { _, new in new }
        }
    }

    /// The registers of one field in the order of the wire; nil unless all of them were read.
    func registers(of field: RegisterField) -> [UInt16]? {
        guard let known = words[field.function] else { return nil }
        var registers: [UInt16] = []
        for address in field.addresses {
            guard let word = known[address] else { return nil }
            registers.append(word)
        }
        return registers
    }
}
