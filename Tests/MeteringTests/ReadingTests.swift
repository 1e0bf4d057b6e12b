import Metering
import Testing

struct ReadingTests {
    private static func reading(_ litres: Int64, _ quality: ReadingQuality, _ revision: Int) -> Reading {
        Reading(
            point: ServicePoint.ID("S-00001"),
            at: Instant(secondsSince1970: 0),
            index: .litres(litres),
            quality: quality,
            revision: revision
        )
    }

    @Test(
        arguments: [
            (reading(500, .measured, 1), reading(900, .suspect, 2)),
            (reading(500, .estimated, 1), reading(900, .measured, 1)),
            (reading(500, .suspect, 1), reading(500, .estimated, 1)),
            (reading(900, .measured, 1), reading(500, .measured, 1)),
        ]
    )
    func `of one instant the later revision counts, then the measured value, then the smaller`(
        loser: Reading,
        winner: Reading
    ) {
        #expect(loser.yields(to: winner))
        #expect(!winner.yields(to: loser))
        #expect(!winner.yields(to: winner))
    }
}
