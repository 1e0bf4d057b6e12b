import Metering
import Testing

@testable import Decoding

struct RegisterDumpTests {
    private func dump(
        _ text: String,
        _ numbering: AddressNumbering = .pdu,
        start: String? = nil
    ) -> RegisterDump {
        RegisterDump(text, named: "dump.txt", numbering: numbering, start: start)
    }

    @Test func `lines of address and value, with comments and the time of reading`() {
        let dump = dump(
            "# from the feed\n2017-01-11 19:12\n1:7579\n0x02: 0xBF5C # high\n4/3 = 7\n\n",
            .number
        )
        #expect(dump.rejections == [])
        #expect(dump.readAt == "2017-01-11 19:12")
        #expect(dump.count == 3)
        let words = dump.image.listed.map { "\($0.function)/\($0.address)=\($0.word)" }
        #expect(words == ["3/0=7579", "3/1=48988", "4/2=7"])
    }

    @Test func `numbers of the Modicon kind say their function`() {
        let dump = dump("30001:5\n40001:6\n00001:1\n", .modicon)
        #expect(
            dump.image.listed.map { "\($0.function)/\($0.address)=\($0.word)" } == [
                "1/0=1", "3/0=6", "4/0=5",
            ]
        )
    }

    @Test func `hexadecimal words, and whole replies with a right checksum`() {
        let words = dump("1EE3 BF5C\n13 C8 BC 0E\n", start: "10").image.listed
        #expect(words.map(\.address) == [10, 11, 12, 13])
        #expect(words.map(\.word) == [0x1EE3, 0xBF5C, 0x13C8, 0xBC0E])
        // ABB COI/FET2XX/MOD/TBL-EN p.9
        let reply = dump("01 04 04 00 00 00 1B BB 8F", start: "4012").image.listed
        #expect(reply.map { "\($0.function)/\($0.address)=\($0.word)" } == ["4/4012=0", "4/4013=27"])
    }

    @Test(arguments: [
        ("1:70000", "value"), ("1:-1", "value"), ("x:1", "address"), ("9/1:1", "address"),
        ("70000:1", "address"),
        ("1EE", "registers"), ("1EE3", "registers"), ("2/1:2", "value"), ("hello", "registers"),
    ])
    func `a line that says nothing is told with its place`(text: String, field: String) {
        let rejections = dump("5:1\n" + text).rejections
        #expect(rejections.map(\.place) == ["dump.txt:2"])
        #expect(rejections.map(\.field) == [field])
    }
}
