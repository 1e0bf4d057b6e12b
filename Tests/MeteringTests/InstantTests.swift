import Metering
import Seeds
import Testing

struct InstantTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T09:00:00+09:00", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("2024-12-31T23:59:59+09:00", 1_735_657_199),
        ("2026-11-23T12:04:05+09:00", 1_795_403_045),
        ("2026-11-23T12:04:05.987+0900", 1_795_403_045),
        ("2026-11-23 12:04+09:00", 1_795_403_040),
        ("2026-11-22T19:34:05-07:30", 1_795_403_045),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func `ISO 8601 with a zone names one second`(text: String, seconds: Int64) {
        #expect(Instant(iso8601: text)?.secondsSince1970 == seconds)
    }

    @Test func `24時 is the midnight that closes its day`() {
        #expect(
            Instant(iso8601: "2024-02-28T24:00:00+09:00") == Instant(iso8601: "2024-02-29T00:00:00+09:00")
        )
        #expect(Instant(iso8601: "2024-02-28T24:00:01+09:00") == nil)
        #expect(Instant(iso8601: "2024-02-28T24:01+09:00") == nil)
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T12:04:05", "2026-11-23T12:04:05JST", "2026-11-23T12:04:05+09:00 ",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-23T25:00:00Z",
        "2026-11-23T12:60:00Z", "2026-11-23T12:00:60Z", "2026-11-23T12:00:00.Z", "26-11-23T12:00:00Z",
        "2026-11-23T12:00:00+24:00", "２０２６-11-23T12:00:00Z", "0000-01-01T00:00:00Z",
    ])
    func `a text without a zone, or that names no moment, is none`(text: String) {
        #expect(Instant(iso8601: text) == nil)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `what is written is read back, in both zones`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let seconds = Int64.random(in: -62_000_000_000...253_000_000_000, using: &random)
            let instant = Instant(secondsSince1970: seconds)
            #expect(Instant(iso8601: instant.description) == instant)
            #expect(Instant(iso8601: instant.japaneseDescription) == instant)
        }
    }

    @Test func `Japan's text is nine hours ahead of the machine's`() {
        let instant = Instant(secondsSince1970: 1_795_403_045)
        #expect(instant.description == "2026-11-23T03:04:05Z")
        #expect(instant.japaneseDescription == "2026-11-23T12:04:05+09:00")
        #expect(Instant(secondsSince1970: -1).description == "1969-12-31T23:59:59Z")
    }

    @Test func `differences are seconds`() {
        let noon = Instant(secondsSince1970: 43_200)
        #expect((noon + 60) - noon == 60)
        #expect(noon - 60 < noon)
    }
}
