import Metering
import Testing

@testable import Decoding

struct DialVerificationTests {
    private let capacity: Int64 = 1_000_000

    private func meter(_ order: ByteOrder = .big, litres: String? = "1000", pulse: Bool = false)
        -> MeterProfile
    {
        model(
            [
                RegisterField(
                    name: "total",
                    function: .inputRegisters,
                    address: 10,
                    type: .uint32,
                    order: .fixed(order)
                )
            ],
            channels: [
                1: VolumeExpression(
                    terms: [VolumeExpression.Term("total")],
                    unit: pulse ? .site : .litres(ExactDecimal(litres ?? "1") ?? .one)
                )
            ]
        )
    }

    private func verdict(
        _ model: MeterProfile,
        _ first: ([UInt16], Int64),
        _ second: ([UInt16], Int64),
        litres: String? = nil
    ) -> DialVerification.Verdict {
        DialVerification(profile: model, channel: 1, site: site(litres: litres, capacity: capacity)).verdict(
            DialVerification.Sighting(image: image(9, first.0), dial: .litres(first.1)),
            DialVerification.Sighting(image: image(9, second.0), dial: .litres(second.1))
        )
    }

    private func only(_ verdict: DialVerification.Verdict) -> DialVerification.Interpretation? {
        if case .only(let reading) = verdict { reading } else { nil }
    }

    // 123,456 m3 = 0x0001E240; 123,476 m3 = 0x0001E254; the words around are others' business.
    private let before: [UInt16] = [0x1111, 0x0001, 0xE240, 0x2222]
    private let after: [UInt16] = [0x1113, 0x0001, 0xE254, 0x2227]

    @Test func `a right model is the only reading`() {
        let found = only(verdict(meter(), (before, 123_456_000), (after, 123_476_000)))
        #expect(found?.isOfModel == true)
    }

    @Test func `a wrong order, a wrong scale and an address off by one are found`() {
        let order = only(verdict(meter(.little), (before, 123_456_000), (after, 123_476_000)))
        #expect(order?.order == .big && order?.shift == 0 && order?.power == 0)
        let scale = only(verdict(meter(litres: "1"), (before, 123_456_000), (after, 123_476_000)))
        #expect(scale?.power == 3 && scale?.order == nil)
        let shifted = only(
            verdict(
                meter(),
                ([0x0001, 0xE240, 0x2222, 0x3333], 123_456_000),
                ([0x0001, 0xE254, 0x2227, 0x3339], 123_476_000)
            )
        )
        #expect(shifted?.shift == -1 && shifted?.order == nil && shifted?.power == 0)
    }

    @Test func `registers that fit nothing are no reading`() {
        #expect(verdict(meter(), (before, 500_000), (after, 520_000)) == .none)
        #expect(verdict(meter(), (before, 123_456_000), (before, 123_476_000)) == .none, "they did not move")
    }

    @Test func `two readings that agree are not decided`() {
        // Small totals: 1,234 as high word 0 and low word 1234, and the words behind it are zero as well.
        let verdict = verdict(
            meter(),
            ([0, 0, 1_234, 0], 1_234_000),
            ([0, 0, 1_254, 0], 1_254_000)
        )
        guard case .undecidable(let readings) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(readings.contains { $0.isOfModel })
        #expect(readings.count >= 2)
    }

    @Test func `a pulse module whose offset is right is proven by the dial itself`() {
        let site = site(litres: "1", offset: 376_544, capacity: capacity)
        let verification = DialVerification(profile: meter(pulse: true), channel: 1, site: site)
        let found = only(
            verification.verdict(
                DialVerification.Sighting(image: image(9, before), dial: .litres(500_000)),
                DialVerification.Sighting(image: image(9, after), dial: .litres(500_020))
            )
        )
        #expect(found?.isOfModel == true)
        #expect(found?.dialOffset == nil)
    }

    @Test func `a pulse module whose offset is open is proven by the water between, and its offset follows`()
    {
        let counts: [UInt16] = [0x1111, 0x0001, 0xE240, 0x2222]
        let later: [UInt16] = [0x1111, 0x0001, 0xE254, 0x2222]
        let found = only(verdict(meter(pulse: true), (counts, 500_000), (later, 500_020), litres: "1"))
        #expect(found?.isOfModel == true)
        #expect(found?.dialOffset == .litres(500_000 - 123_456))
        let ten = only(verdict(meter(pulse: true), (counts, 500_000), (later, 500_200), litres: "1"))
        #expect(ten?.power == 1)
    }

    @Test func `what is read goes one register beyond the model on either side, where it may`() {
        let verification = DialVerification(profile: meter(), channel: 1, site: site(capacity: capacity))
        #expect(verification.requests() == [ReadRequest(function: .inputRegisters, address: 9, count: 4)])
        let denied = model(
            [field("total", 10)],
            channels: [1: VolumeExpression(terms: ["total"], unit: .site)],
            denied: [DeniedRange(function: .inputRegisters, addresses: 12...12)]
        )
        #expect(
            DialVerification(profile: denied, channel: 1, site: site(litres: "1")).requests() == [
                ReadRequest(function: .inputRegisters, address: 10, count: 2)
            ]
        )
    }
}
