import Acquisition
import Decoding
import Metering
import Synchronization
import Testing

@testable import Gateway

/// Units with holding registers; what one does not have it refuses with exception 2.
private final class Units: RegisterBus {
    private let registers: [UInt8: [Int: UInt16]]
    private let failure: BusError?
    private let asked = Mutex(0)

    init(_ registers: [UInt8: [Int: UInt16]], failure: BusError? = nil) {
        self.registers = registers
        self.failure = failure
    }

    var questions: Int { asked.withLock { $0 } }

    func exchange(_ question: Question) async throws(BusError) -> Exchange {
        asked.withLock { $0 += 1 }
        if let failure { throw failure }
        guard let unit = registers[question.unit] else { throw BusError(.timeout, "nobody") }
        let words = question.request.addresses.compactMap { unit[$0] }
        guard question.request.function == .holdingRegisters, words.count == question.request.addresses.count
        else { throw BusError(.exception(2), "no such register") }
        let now = Moment(march(1))
        return Exchange(
            read: question.request,
            asked: now,
            answered: now,
            request: [],
            reply: [],
            data: words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        )
    }
}

struct LineScanTests {
    private static func model(_ id: String, product: [String]?, at address: UInt16 = 10) -> MeterProfile {
        MeterProfile(
            id: MeterProfile.ID(id),
            title: id,
            sources: ["made up"],
            link: LinkManners(),
            limits: ReadLimits(),
            fields: [
                "total": RegisterField(name: "total", function: .holdingRegisters, address: 0, type: .uint32),
                "product": RegisterField(
                    name: "product",
                    function: .holdingRegisters,
                    address: address,
                    type: .uint16
                ),
                "serial": RegisterField(
                    name: "serial",
                    function: .holdingRegisters,
                    address: address + 1,
                    type: .uint16
                ),
            ],
            channels: [
                1: MeterChannel(index: VolumeExpression(terms: [VolumeExpression.Term("total")], unit: .site))
            ],
            identity: product.map { [IdentityCheck(field: "product", values: $0)] } ?? [],
            serial: product == nil ? nil : "serial"
        )
    }

    private let models = [
        model("a", product: ["24"]), model("b", product: ["25", "26"]),
        model("elsewhere", product: ["24"], at: 90),
        model("nameless", product: nil),
    ]

    private func scan(_ units: Units) -> LineScan {
        LineScan(
            over: units,
            models: models,
            timeout: .milliseconds(200),
            cost: WireCost(characterNanoseconds: 0, requestNanoseconds: 0)
        )
    }

    @Test func `a model fits where its identity does, and only there`() async throws {
        let units = Units([5: [0: 1, 1: 2, 10: 24, 11: 4711], 9: [0: 1, 1: 2, 10: 26, 11: 7]])
        let scan = scan(units)
        let five = try #require(try await scan.look(at: 5))
        #expect(five.fitting.map(\.model.rawValue) == ["a"] && five.fitting.map(\.serial) == ["4711"])
        #expect(five.untold.map(\.rawValue) == ["nameless"] && five.exception == nil)
        let nine = try #require(try await scan.look(at: 9))
        #expect(nine.fitting.map(\.model.rawValue) == ["b"])
    }

    @Test func `a unit that refuses everything is there`() async throws {
        let found = try #require(try await scan(Units([7: [:]])).look(at: 7))
        #expect(found.exception == 2 && found.fitting.isEmpty)
    }

    @Test func `nobody costs no more than was said`() async throws {
        let units = Units([:])
        let scan = scan(units)
        for unit in UInt8(1)...20 { #expect(try await scan.look(at: unit) == nil) }
        #expect(scan.longest(units: 20) == .milliseconds(200) * units.questions)
    }

    @Test func `a line that is down ends the search`() async throws {
        let scan = scan(Units([:], failure: BusError(.unreachable, "gone")))
        await #expect(throws: BusError.self) { try await scan.look(at: 1) }
    }
}
