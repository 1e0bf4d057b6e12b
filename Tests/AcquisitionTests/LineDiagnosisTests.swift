import Decoding
import Metering
import Testing

@testable import Acquisition

struct LineDiagnosisTests {
    private static let unit: UInt8 = 7

    private func sighting(
        _ unit: UInt8,
        _ kinds: [(ExchangeKind, Int)],
        wrecks: [[UInt8]] = [],
        strays: Int = 0
    ) -> LineDiagnosis.Sighting {
        var counts = UnitCounts()
        let request = Frame.rtuRequest(Frames.request, unit: unit)
        for (kind, number) in kinds {
            for _ in 0..<number {
                counts.note(
                    LineEvent(
                        path: Path.ID("line"),
                        unit: unit,
                        asked: Moment(microseconds: 0),
                        ended: Moment(microseconds: 1),
                        kind: kind,
                        request: request,
                        reply: [],
                        strays: strays,
                        timeout: .seconds(1)
                    )
                )
            }
        }
        return LineDiagnosis.Sighting(unit: unit, counts: counts, wrecks: wrecks, requests: [request])
    }

    private func good(_ unit: UInt8) -> LineDiagnosis.Sighting { sighting(unit, [(.answered, 100)]) }

    private func causes(_ sightings: LineDiagnosis.Sighting...) -> [LineDiagnosis.Cause] {
        LineDiagnosis(sightings).causes
    }

    @Test func `a line in order has no causes`() {
        #expect(causes(good(1), good(2)) == [])
        #expect(
            causes(sighting(1, [(.answered, 999), (.damaged, 1)]), good(2)) == [],
            "once in a thousand is life"
        )
    }

    @Test func `silence of all is a dead line, of one an absent unit`() {
        #expect(causes(sighting(1, [(.silence, 100)]), sighting(2, [(.silence, 100)])) == [.dead])
        #expect(causes(good(1), sighting(2, [(.silence, 100)])) == [.absent(unit: 2)])
    }

    @Test func `bytes that never make a frame are wrong settings or swapped wires`() {
        let garbage: [[UInt8]] = [[0xFE, 0x3C, 0x99], [0xFE]]
        #expect(
            causes(
                sighting(1, [(.damaged, 100)], wrecks: garbage),
                sighting(2, [(.damaged, 100)], wrecks: garbage)
            ) == [.unreadable]
        )
    }

    @Test func `hearing what was sent is an echo`() {
        let echo = Frame.rtuRequest(Frames.request, unit: 1)
        #expect(causes(sighting(1, [(.mismatch, 100)], wrecks: [echo])) == [.echo])
    }

    @Test func `requests that are not ours are another master`() {
        let foreign = Frame.rtuRequest(Frames.otherRequest, unit: 9)
        let found = causes(good(1), sighting(2, [(.answered, 90), (.mismatch, 10)], wrecks: [foreign]))
        #expect(found.contains(.anotherMaster))
    }

    @Test func `answers over each other at one unit are two units on one address`() {
        let overlap = [UInt8](repeating: 0xA5, count: 12)
        #expect(
            causes(
                good(1),
                good(3),
                sighting(2, [(.answered, 10), (.damaged, 90)], wrecks: [overlap, overlap])
            )
                == [.doubled(unit: 2)]
        )
    }

    @Test func `damage at most units is the cable, at one alone its connection`() {
        let wreck: [UInt8] = [2, 3, 4]
        func damaged(_ unit: UInt8) -> LineDiagnosis.Sighting {
            sighting(unit, [(.answered, 90), (.damaged, 10)], wrecks: [wreck])
        }
        #expect(causes(damaged(1), damaged(2), damaged(3)) == [.noisy])
        #expect(causes(good(1), damaged(2), good(3)) == [.noisyUnit(unit: 2)])
    }

    @Test func `refusals are a wrong map, a held device another program, late answers a short time-out`() {
        #expect(causes(good(1), sighting(2, [(.answered, 50), (.exception(2), 50)])) == [.wrongMap(unit: 2)])
        #expect(causes(sighting(1, [(.lineDown, 3)])) == [.taken])
        #expect(
            causes(good(1), sighting(2, [(.answered, 50), (.silence, 50)], strays: 1)) == [.slow(unit: 2)]
        )
    }
}
