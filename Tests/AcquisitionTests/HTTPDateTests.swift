import Metering
import Testing

@testable import Acquisition

struct HTTPDateTests {
    private static let now = Instant(secondsSince1970: 1_790_000_000)

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func `the three forms of the standard are one instant`(text: String) {
        #expect(HTTPDate.instant(of: text, at: Self.now) == Instant(iso8601: "1994-11-06T08:49:37Z"))
    }

    @Test(arguments: [("76", 2076), ("77", 1977), ("26", 2026)])
    func `a year of two digits is at most 50 years ahead`(short: String, year: Int) {
        let text = "Sunday, 01-Mar-\(short) 00:00:00 GMT"
        #expect(
            HTTPDate.instant(of: text, at: Self.now) == Instant(iso8601: "\(year)-03-01T00:00:00Z")
        )
    }

    @Test(arguments: [
        "", "soon", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 Nov 1994 08:49:37 JST", "Sun, 06 nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z",
    ])
    func `anything else is none`(text: String) {
        #expect(HTTPDate.instant(of: text, at: Self.now) == nil)
    }
}
