import Mail
import Testing

@Suite struct MailAddressTests {
    @Test(arguments: [
        "a@b", "duty+night@city.example", "o'neil@a-b.example", String(repeating: "a", count: 252) + "@b",
    ])
    func `an address is local part, at sign and domain`(_ text: String) {
        #expect(MailAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\n", "<a@b>", "a,b@c", "水@b", "a@b;", "a@\u{7F}",
        String(repeating: "a", count: 253) + "@b",
    ])
    func `anything else is none`(_ text: String) {
        #expect(MailAddress(text) == nil)
    }
}
