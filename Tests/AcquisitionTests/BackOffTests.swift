import Testing

@testable import Acquisition

@Suite struct BackOffTests {
    @Test("pauses double from a second to a minute")
    func pauses() {
        var now = Moment(microseconds: 0)
        var backOff = BackOff()
        #expect(backOff.isOver(at: now))
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            backOff.noteFailure(at: now)
            #expect(!backOff.isOver(at: now + .milliseconds(seconds * 1_000 - 1)))
            now = now + .seconds(seconds)
            #expect(backOff.isOver(at: now), "after \(seconds) s")
        }
    }

    @Test("a pause does not outlast the machine's time being set back")
    func timeSetBack() {
        var backOff = BackOff()
        let now = Moment(microseconds: 3_600_000_000)
        backOff.noteFailure(at: now)
        #expect(!backOff.isOver(at: now))
        #expect(backOff.isOver(at: Moment(microseconds: 0)))
    }
}
