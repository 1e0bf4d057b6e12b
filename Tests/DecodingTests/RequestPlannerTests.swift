import Metering
import Seeds
import Testing

@testable import Decoding

/// A model of random fields, limits and denied ranges, none of which deny a field.
func randomModel(_ generator: inout SeededGenerator) -> MeterProfile {
    let types: [RegisterType] = [.uint16, .uint32, .uint48, .float64]
    var fields: [RegisterField] = []
    var address = Int.random(in: 0...50, using: &generator)
    for number in 0..<Int.random(in: 1...12, using: &generator) {
        let type = types.randomElement(using: &generator) ?? .uint16
        fields.append(field("field-\(number)", UInt16(address), type))
        address += type.registerCount + Int.random(in: 0...25, using: &generator)
    }
    var limits = ReadLimits()
    limits.maximumCount = Int.random(in: 8...125, using: &generator)
    limits.multiple = [1, 2, 4].randomElement(using: &generator) ?? 1
    limits.maximumCount -= limits.maximumCount % limits.multiple
    limits.mayReadHoles = Bool.random(using: &generator)
    let used = Set(fields.flatMap { Array($0.addresses) })
    let denied = (0..<address).filter { !used.contains($0) && Int.random(in: 0...9, using: &generator) == 0 }
    return model(
        fields,
        channels: [1: VolumeExpression(terms: fields.map(\.name), unit: .site)],
        limits: limits,
        denied: denied.map { DeniedRange(function: .inputRegisters, addresses: $0...$0) }
    )
}

struct RequestPlannerTests {
    @Test func `plans of a thousand seeds bring every field, whole and once, within the model's limits`() {
        for seed in UInt64(1)...1_000 {
            var generator = SeededGenerator(seed: seed)
            let model = randomModel(&generator)
            let planner = RequestPlanner(profile: model)
            guard model.fields.values.allSatisfy(planner.canRead) else { continue }
            let plan = planner.requests(for: .index, channels: [1])
            #expect(plan.flatMap(\.fields).sorted() == model.fields.keys.sorted(), "seed \(seed)")
            for planned in plan {
                let addresses = planned.request.addresses
                let fields = planned.fields.compactMap { model.fields[$0] }
                #expect(fields.allSatisfy { addresses.contains($0.addresses) }, "seed \(seed)")
                #expect(addresses.count <= model.limits.maximumCount, "seed \(seed)")
                #expect(addresses.count.isMultiple(of: model.limits.multiple), "seed \(seed)")
                let wanted = Set(fields.flatMap { Array($0.addresses) })
                #expect(planned.holes == addresses.count - wanted.count, "seed \(seed)")
                if !model.limits.mayReadHoles {
                    #expect(planned.holes < model.limits.multiple, "seed \(seed)")
                }
            }
        }
    }

    @Test func `no request of a thousand seeds touches a denied address`() {
        var planned = 0
        for seed in UInt64(1)...1_000 {
            var generator = SeededGenerator(seed: seed)
            let model = randomModel(&generator)
            let planner = RequestPlanner(profile: model)
            guard model.fields.values.allSatisfy(planner.canRead) else { continue }
            planned += 1
            for planned in planner.requests(for: .index, channels: [1]) {
                let touched = model.denied.filter { planned.request.addresses.overlaps(Range($0.addresses)) }
                #expect(touched.isEmpty, "seed \(seed): \(planned.request) reads \(touched)")
            }
        }
        #expect(planned > 500, "most of the models can be read at all")
    }

    @Test func `a field that only a forbidden request could bring is known as such`() {
        var limits = ReadLimits()
        limits.multiple = 2
        let last = field("last", 65_535, .uint16)
        let enclosed = field("enclosed", 10, .uint16)
        let neighbours = [9...9, 11...11].map { DeniedRange(function: .inputRegisters, addresses: $0) }
        let planner = RequestPlanner(profile: model([last, enclosed], limits: limits, denied: neighbours))
        #expect(planner.canRead(last), "with the register before it")
        #expect(!planner.canRead(enclosed))
        limits.multiple = 1
        limits.maximumCount = 1
        let narrow = RequestPlanner(profile: model([field("wide", 0)], limits: limits))
        #expect(!narrow.canRead(field("wide", 0)))
    }

    @Test(arguments: [(14, 1), (15, 2)])
    func `a hole is read through while that is cheaper than a second request`(hole: UInt16, requests: Int) {
        let model = model(
            [field("a", 0), field("b", 2 + hole)],
            channels: [1: VolumeExpression(terms: ["a", "b"], unit: .site)]
        )
        #expect(RequestPlanner(profile: model).requests(for: .index, channels: [1]).count == requests)
    }

    @Test func `functions are not mixed, and channels without a meter are not read`() {
        let model = model(
            [field("a", 0), field("b", 2), field("c", 4, function: .holdingRegisters)],
            channels: [
                1: VolumeExpression(terms: ["a"], unit: .site),
                2: VolumeExpression(terms: ["b"], unit: .site),
                3: VolumeExpression(terms: ["c"], unit: .site),
            ]
        )
        let planner = RequestPlanner(profile: model)
        #expect(planner.requests(for: .index, channels: [1]).map(\.fields) == [["a"]])
        #expect(planner.requests(for: .index, channels: [1, 2]).map(\.fields) == [["a", "b"]])
        #expect(planner.requests(for: .index, channels: [1, 3]).map(\.fields) == [["c"], ["a"]])
    }

    @Test func `status that changes slowly is read apart, to spare batteries`() {
        let model = model(
            [field("counts", 0), field("alarm", 2, .uint16), field("battery", 40, .uint16)],
            channels: [1: VolumeExpression(terms: ["counts"], unit: .site)],
            status: [
                StatusRule(field: "alarm", test: .bit(0), flag: .leak),
                StatusRule(
                    field: "battery",
                    test: .oneOf(["0"]),
                    flag: .lowBattery,
                    isPolledWithIndex: false
                ),
            ]
        )
        let planner = RequestPlanner(profile: model)
        #expect(planner.requests(for: .index, channels: [1]).flatMap(\.fields) == ["counts", "alarm"])
        #expect(planner.requests(for: .status, channels: [1]).flatMap(\.fields) == ["battery"])
        #expect(planner.requests(for: .identity, channels: [1]).isEmpty)
    }
}

extension Range<Int> {
    fileprivate func contains(_ other: Range<Int>) -> Bool {
        lowerBound <= other.lowerBound && other.upperBound <= upperBound
    }
}
