import Metering
import Seeds
import Testing

@testable import Decoding

struct PlannerLimitsTests {
    private func plan(_ model: MeterProfile) -> [PlannedRequest] {
        RequestPlanner(profile: model).requests(for: Set(model.fields.keys))
    }

    private func spans(_ model: MeterProfile) -> [String] {
        plan(model).map { "\($0.request.address)+\($0.request.count)" }
    }

    private func limits(_ change: (inout ReadLimits) -> Void) -> ReadLimits {
        var limits = ReadLimits()
        change(&limits)
        return limits
    }

    @Test func `a whole block is read from end to end for any of its fields`() {
        let block = ReadRange(
            function: .inputRegisters,
            addresses: 1...28,
            limits: ReadLimits(),
            isWhole: true
        )
        let model = model([field("volume", 1), field("battery", 26), field("beyond", 40)], ranges: [block])
        #expect(spans(model) == ["1+28", "40+2"])
        #expect(plan(model).map(\.cut) == [.first, .otherRange])
        #expect(plan(model)[0].alternatives == [])
    }

    @Test func `ranges have their own multiples, and no request crosses their ends`() {
        let strings = ReadRange(
            function: .inputRegisters,
            addresses: 100...135,
            limits: limits { $0.multiple = 18 }
        )
        let model = model(
            [field("number", 98), field("owner", 100, .ascii(registers: 10))],
            limits: limits { $0.multiple = 2 },
            ranges: [strings]
        )
        #expect(spans(model) == ["98+2", "100+18"])
    }

    @Test func `a least count is kept, and a request begins where a field does when it must`() {
        let last = field("last", 65_534, .uint16)
        let padded = model([last], limits: limits { $0.minimumCount = 2 })
        #expect(spans(padded) == ["65534+2"])
        let before = model([field("end", 65_535, .uint16)], limits: limits { $0.minimumCount = 2 })
        #expect(spans(before) == ["65534+2"])
        let strict = model(
            [field("end", 65_535, .uint16)],
            limits: limits {
                $0.minimumCount = 2
                $0.startsOnField = true
            }
        )
        #expect(!RequestPlanner(profile: strict).canRead(field("end", 65_535, .uint16)))
    }

    @Test func `each request says why it begins where it does`() {
        let coil = field("coil", 3, .bit, function: .coils)
        let forbidden = model(
            [field("a", 0), field("b", 4), field("c", 10)],
            limits: limits { $0.mayReadHoles = false }
        )
        #expect(plan(forbidden).map(\.cut) == [.first, .holesForbidden(2), .holesForbidden(4)])
        let denied = model(
            [field("a", 0), field("b", 4)],
            denied: [DeniedRange(function: .inputRegisters, addresses: 3...3)]
        )
        #expect(plan(denied).map(\.cut) == [.first, .denied(3...3)])
        let long = model(
            [field("a", 0), field("b", 2), field("c", 4)],
            limits: limits { $0.maximumCount = 4 }
        )
        #expect(plan(long).map(\.cut) == [.first, .tooLong(most: 4)])
        #expect(plan(model([coil, field("a", 0)])).map(\.cut) == [.first, .otherFunction])
        #expect(plan(model([field("a", 0), field("b", 40)])).map(\.cut) == [.first, .dearer(registers: 38)])
    }

    @Test func `cheapest is not greedy: a long request is not begun where two short ones cost less`() {
        // At most 10 registers: a+b and c alone cost as many requests as a alone and b+c, but b lies next to c.
        let model = model(
            [field("a", 0), field("b", 8), field("c", 10)],
            limits: limits { $0.maximumCount = 10 }
        )
        #expect(spans(model) == ["0+2", "8+4"])
    }

    @Test func `the line decides: on a network holes cost nothing`() {
        let model = model([field("a", 0), field("b", 32)])
        let network = WireCost(characterNanoseconds: 0, requestNanoseconds: 10_000_000)
        let names = Set(model.fields.keys)
        #expect(RequestPlanner(profile: model).requests(for: names).count == 2)
        #expect(RequestPlanner(profile: model, cost: network).requests(for: names).map(\.holes) == [30])
    }

    @Test func `other lengths are offered within what the model is known to have`() {
        let model = model([field("a", 10), field("b", 12), field("c", 40)])
        let planned = RequestPlanner(profile: model).requests(for: ["a"])
        #expect(planned[0].request == ReadRequest(function: .inputRegisters, address: 10, count: 2))
        #expect(
            planned[0].alternatives == [
                ReadRequest(function: .inputRegisters, address: 10, count: 3),
                ReadRequest(function: .inputRegisters, address: 10, count: 4),
            ]
        )
        #expect(RequestPlanner(profile: model).requests(for: ["c"])[0].alternatives == [])
    }

    @Test func `no alternative of a thousand seeds leaves the map, a denied address or a limit`() {
        for seed in UInt64(1)...1_000 {
            var generator = SeededGenerator(seed: seed)
            let model = randomModel(&generator)
            let planner = RequestPlanner(profile: model)
            guard model.fields.values.allSatisfy(planner.canRead) else { continue }
            let first = model.fields.values.map(\.addresses.lowerBound).min() ?? 0
            let last = model.fields.values.map(\.addresses.upperBound).max() ?? 0
            for planned in planner.requests(for: Set(model.fields.keys)) {
                var lengths = [planned.request.replyByteCount]
                for other in planned.alternatives {
                    lengths.append(other.replyByteCount)
                    #expect(
                        other.addresses.lowerBound <= planned.request.addresses.lowerBound,
                        "seed \(seed)"
                    )
                    #expect(
                        other.addresses.upperBound >= planned.request.addresses.upperBound,
                        "seed \(seed)"
                    )
                    #expect(
                        other.addresses.lowerBound >= first && other.addresses.upperBound <= last,
                        "seed \(seed)"
                    )
                    #expect(other.addresses.count <= model.limits.maximumCount, "seed \(seed)")
                    #expect(planner.denied(other.addresses, .inputRegisters) == nil, "seed \(seed)")
                }
                #expect(Set(lengths).count == lengths.count, "seed \(seed): each has a length of its own")
            }
        }
    }
}
