import Testing

@testable import Decoding

struct AddressNumberingTests {
    private func place(_ numbering: AddressNumbering, _ text: String, _ function: ReadFunction? = nil)
        -> String?
    {
        numbering.place(text, function: function).map { "\($0.function.rawValue)/\($0.address)" }
    }

    @Test(arguments: [
        ("00001", "1/0"), ("10001", "2/0"), ("30001", "4/0"), ("40001", "3/0"), ("49999", "3/9998"),
        ("400001", "3/0"), ("465536", "3/65535"), ("365536", "4/65535"), ("000010", "1/9"),
    ])
    func `numbers of 5 and 6 digits say table and address`(text: String, place: String) {
        #expect(self.place(.modicon, text) == place)
    }

    @Test(arguments: ["0", "20001", "50001", "40000", "465537", "4000x", ""])
    func `other numbers are no addresses`(text: String) {
        #expect(place(.modicon, text) == nil)
    }

    @Test func `a function beside the number counts more than the table`() {
        #expect(place(.modicon, "40003", .inputRegisters) == "4/2")
    }

    @Test func `register numbers count from one, PDU addresses from nought`() {
        #expect(place(.number, "1", .holdingRegisters) == "3/0")
        #expect(place(.number, "65536", .holdingRegisters) == "3/65535")
        #expect(place(.number, "0", .holdingRegisters) == nil)
        #expect(place(.pdu, "0", .coils) == "1/0")
        #expect(place(.pdu, "65536", .coils) == nil)
        #expect(place(.pdu, "5") == nil, "without a function nobody knows where")
    }
}

struct ByteOrderTests {
    @Test(arguments: [
        ("big", "big"), ("abcd", "big"), ("little", "little"), ("cdab", "little"), ("dcba", "dcba"),
        ("badc", "badc"), ("1-0-3-2", "1-0-3-2"),
    ])
    func `orders go by their names, or by the weight of each byte`(text: String, name: String) {
        #expect(ByteOrder(text)?.name == name)
    }

    @Test(arguments: ["", "BIG", "1-0-3", "0-0-1-1", "4-3-2-1", "1-0-3-x", "-"])
    func `anything else is no order`(text: String) {
        #expect(ByteOrder(text) == nil)
    }

    @Test func `weights are those of the makers' tables`() throws {
        // E+H: 1-0-3-2 is CDAB, 3-2-1-0 is ABCD, 0-1-2-3 DCBA, 2-3-0-1 BADC; 0x0A0B0C0D
        for (text, order) in [
            ("1-0-3-2", ByteOrder.little), ("3-2-1-0", .big), ("0-1-2-3", .dcba), ("2-3-0-1", .badc),
        ] {
            let weights = try #require(ByteOrder(text))
            let words: [UInt16] = [0x1234, 0x5678]
            #expect(weights.bytes(of: words) == order.bytes(of: words), "\(text)")
        }
        #expect(ByteOrder("1-0-3-2")?.fits(registers: 2) == true)
        #expect(ByteOrder("1-0-3-2")?.fits(registers: 4) == false)
    }
}
