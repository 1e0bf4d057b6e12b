import Metering
import Testing

@testable import Decoding

struct MeterClockTests {
    private static func clocked(_ form: String, withIndex: Bool = false) throws -> MeterProfile {
        let clock = MeterClock(
            field: "clock",
            form: try #require(MeterClock.Form(form)),
            isPolledWithIndex: withIndex
        )
        return MeterProfile(
            id: MeterProfile.ID("made-up"),
            title: "made up",
            sources: ["none"],
            fields: ["total": field("total", 0), "clock": field("clock", 10, .bcd48)],
            channels: [1: MeterChannel(index: VolumeExpression(terms: ["total"], unit: .site))],
            clock: clock
        )
    }

    @Test(
        arguments: [
            ("ssmmhhDDMMYY", [0x2019, 0x2211, 0x0117], "2017-01-11T22:19:20+09:00"),
            ("ssmmhhDDMMYY", [0x0500, 0x0003, 0x0226], "2026-02-03T00:00:05+09:00"),
            ("YYMMDDhhmmss", [0x2602, 0x0323, 0x5959], "2026-02-03T23:59:59+09:00"),
        ] as [(String, [UInt16], String)]
    )
    func `digits are read by their pattern, in Japan's time`(form: String, words: [UInt16], at: String) throws
    {
        let decoder = MeterDecoder(profile: try Self.clocked(form))
        #expect(decoder.clock(in: image(10, words)) == Instant(iso8601: at))
    }

    @Test(
        arguments: [
            [0x2019, 0x2411, 0x0117], [0x6019, 0x2211, 0x0117], [0x2019, 0x2231, 0x0217], [0, 0, 0],
            [0xFFFF, 0xFFFF, 0xFFFF],
        ] as [[UInt16]]
    )
    func `a time that does not exist is none`(words: [UInt16]) throws {
        let decoder = MeterDecoder(profile: try Self.clocked("ssmmhhDDMMYY"))
        #expect(decoder.clock(in: image(10, words)) == nil)
    }

    @Test func `seconds since 1970 are read as such`() {
        #expect(
            MeterClock.Form("unix")?.instant(of: .integer(1_788_986_465))
                == Instant(iso8601: "2026-09-10T05:41:05+09:00")
        )
    }

    @Test(arguments: ["", "ssmmhhDDMM", "ssmmhhDDMMY", "smsmhhDDMMYY", "ssmmhhDDMMYYxx", "ssmmhhDDMMYYss"])
    func `a pattern has each part once`(text: String) {
        #expect(MeterClock.Form(text) == nil)
    }

    @Test func `the clock is read with the slow states, or with the index where the model says so`() throws {
        let rarely = RequestPlanner(profile: try Self.clocked("ssmmhhDDMMYY"))
        #expect(rarely.names(for: .status, [1]) == ["clock"] && rarely.names(for: .index, [1]) == ["total"])
        let always = RequestPlanner(profile: try Self.clocked("ssmmhhDDMMYY", withIndex: true))
        #expect(
            always.names(for: .status, [1]) == [] && always.names(for: .index, [1]) == ["clock", "total"]
        )
        let whole = ReadRequest(function: .inputRegisters, address: 8, count: 8)
        #expect(rarely.bringsClock(whole))
        #expect(!rarely.bringsClock(ReadRequest(function: .inputRegisters, address: 0, count: 12)))
        #expect(!rarely.bringsClock(ReadRequest(function: .holdingRegisters, address: 8, count: 8)))
    }
}
