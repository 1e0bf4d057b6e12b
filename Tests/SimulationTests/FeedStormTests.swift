import Acquisition
import Metering
import Storage
import Testing

@testable import Simulation

/// The law of the feed: however it fails, after enough pulls what is stored is what it truly holds.
@Suite(.serialized) struct FeedStormTests {
    private func plan(percent: Int, thaw: Range<Int64>? = nil) -> FeedFaults {
        var faults = FeedFaults.evenly(percent: percent)
        faults.thaw = thaw.map {
            Sample.start + $0.lowerBound * 86_400..<Sample.start + $0.upperBound * 86_400
        }
        return faults
    }

    @Test(
        arguments: [
            (1, 0, nil), (2, 10, nil), (3, 30, nil), (4, 30, nil), (5, 10, 2..<13), (6, 40, 1..<14),
        ] as [(UInt64, Int, Range<Int64>?)]
    )
    func `whatever goes wrong, nothing is lost, nothing is invented, the newest revision counts`(
        seed: UInt64,
        percent: Int,
        thaw: Range<Int64>?
    ) async throws {
        let storm = try await FeedStorm(plan(percent: percent, thaw: thaw), seed: seed)
        try await storm.pull()
        let held = storm.feed.heldValues(by: FeedStorm.worldEnd)
        let stored = try await storm.stored()
        #expect(held.count > 1_500)
        let lost = held.filter { stored[$0.key] == nil }
        let invented = stored.filter { held[$0.key] == nil }
        let wrong = stored.filter { held[$0.key] != nil && held[$0.key] != $0.value }
        #expect(lost.isEmpty, "seed \(seed): lost \(lost.count), as \(String(describing: lost.first))")
        #expect(invented.isEmpty, "seed \(seed): as \(String(describing: invented.first))")
        #expect(wrong.isEmpty, "seed \(seed): as \(String(describing: wrong.first))")
        #expect(try await storm.store.verify().isEmpty)
    }

    @Test func `each fault really happened`() async throws {
        let storm = try await FeedStorm(plan(percent: 30), seed: 3)
        try await storm.pull()
        let quarantined = try await storm.store.quarantined()
        #expect(quarantined.allSatisfy { $0.rejection.field == "at" })
        #expect(quarantined.contains { $0.rejection.expected.hasPrefix("not later") })
        #expect(quarantined.contains { $0.rejection.expected.hasPrefix("at most 400 days") })
        let revised = try await storm.stored().values.filter { $0.revision > 1 }
        #expect(!revised.isEmpty)
        #expect(storm.pulls.contains { $0 == nil } && storm.pulls.contains { $0 != nil })
        let first = LocalDay(containing: Sample.start)
        let asked = try await storm.store.redeliveries(on: Path.ID("feed"), since: first)
        #expect(!asked.isEmpty && asked.allSatisfy { $0.askedCount <= 4 })
        let fates = (1...200).map { plan(percent: 30).fate(of: $0, seed: 3) }
        #expect(fates.contains(.silent) && fates.contains(.half) && fates.contains(.cursorLost))
    }

    @Test func `days that only come when they are asked for are asked for, and come`() async throws {
        var faults = FeedFaults.none
        faults.withheld = 200
        let storm = try await FeedStorm(faults, seed: 7)
        try await storm.pull()
        let first = LocalDay(containing: Sample.start)
        let asked = try await storm.store.redeliveries(on: Path.ID("feed"), since: first)
        #expect(asked.count > 5)
        let held = storm.feed.heldValues(by: FeedStorm.worldEnd)
        #expect(try await storm.stored() == held)
        let without = try await FeedStorm(faults, seed: 7)
        try await without.pull(duties: [.readings])
        #expect(try await without.stored().count < held.count)
    }

    @Test func `ten more deliveries of one month change nothing`() async throws {
        var faults = plan(percent: 10)
        faults.withheld = 0
        let storm = try await FeedStorm(faults, seed: 8, pageSize: 100)
        try await storm.pull()
        let before = try await storm.stored().mapValues(\.litres)
        // Days of which no correction is still on its way.
        let month = LocalDay(containing: Sample.start)...LocalDay(containing: FeedStorm.worldEnd - 6 * 86_400)
        let usage = try await storm.usage()
        let captured = try await storm.store.captureCount()
        for round in 0..<10 {
            for meter in storm.meters { _ = storm.feed.deliverAgain(meter, month, after: -Int64(round)) }
            let start = FeedStorm.worldEnd + (Int64(round) + 6) * 86_400
            storm.clock.wind(to: start, until: start + 86_400)
            try await storm.pull(duties: [.readings])
            #expect(try await storm.stored().mapValues(\.litres) == before, "round \(round)")
        }
        #expect(try await storm.store.captureCount() > captured + 10 * 6 * 10, "they really came")
        #expect(try await storm.usage() == usage)
    }

    @Test func `a token that ends every hour, and one that is dropped, cost no value`() async throws {
        var faults = FeedFaults.none
        faults.tokenLost = 200
        let storm = try await FeedStorm(faults, seed: 9)
        try await storm.pull()
        #expect(try await storm.stored() == storm.feed.heldValues(by: FeedStorm.worldEnd))
    }
}
