import Metering
import Testing

struct FindingTests {
    @Test(arguments: [
        (Finding.Subject.point(ServicePoint.ID("S-00017")), "S-00017"),
        (Finding.Subject.path(Path.ID("bus-a")), "path:bus-a"),
    ])
    func `a subject is read back from its text`(subject: Finding.Subject, text: String) {
        #expect(subject.description == text)
        #expect(Finding.Subject(text) == subject)
    }

    @Test func `identifiers keep their leading zeros`() {
        #expect(Meter.ID("00123") != Meter.ID("123"))
        #expect(Meter.ID("00123").description == "00123")
    }

    @Test(arguments: [
        ("household_garden", true), ("家庭用", true), ("vacant", true), ("restaurant", false),
        ("apartment_master", false),
    ])
    func `one home is a dwelling, a block of flats is not`(name: String, isDwelling: Bool) {
        #expect(UseClass(name).isDwelling == isDwelling)
    }

    @Test func `each alarm of a meter has its own bit and name`() {
        #expect(Set(MeterStatus.names.map(\.name)).count == MeterStatus.names.count)
        let all = MeterStatus.names.reduce(MeterStatus()) { $0.union($1.flag) }
        #expect(all.rawValue.nonzeroBitCount == MeterStatus.names.count)
    }
}
