import Decoding
import Metering
import Testing

@testable import Acquisition

struct RoundTests {
    private let start = Moment(microseconds: 1_000_000_000)

    private func crew(_ units: [UInt8], silent: Set<UInt8> = []) -> Crew {
        var crew = Crew(line: LineSettings(id: "line", transport: .tcp(host: "nowhere", port: 1)), at: start)
        let polled = units.map {
            PolledUnit(unit: $0, model: PollingScene.model, channels: [1], interval: .seconds(60))
        }
        crew.update(PollRoster(version: 1, units: polled), at: start)
        for unit in silent { crew.noteRound(of: unit, isAnswered: false) }
        return crew
    }

    /// Plays a round in which units fail as `failures` say, one error a try, and answer afterwards.
    private func play(_ units: [UInt8], silent: Set<UInt8> = [], _ failures: [UInt8: [BusError.Code]])
        -> [String]
    {
        let crew = crew(units, silent: silent)
        var round = Round(due: units, crew: crew)
        let budget = FailureBudget(at: start)
        var left = failures
        var now = start
        var story: [String] = []
        while let step = round.next(budget, at: now), story.count < 100 {
            switch step {
            case .wait(let duration):
                story.append("wait")
                now = now + duration
            case .ask(let unit):
                story.append("\(unit)")
                if var errors = left[unit], !errors.isEmpty {
                    let code = errors.removeFirst()
                    left[unit] = errors
                    round.noteFailure(of: unit, BusError(code, "as told"), at: now)
                } else {
                    round.noteAnswer(of: unit)
                }
            }
        }
        return story
    }

    @Test func `everybody is asked once before anybody is asked again`() {
        #expect(
            play([1, 2, 3], [1: [.timeout], 2: [.damaged, .damaged]]) == ["1", "2", "3", "1", "2", "2"]
        )
    }

    @Test func `three tries are all, and a refusal is final`() {
        #expect(
            play([1, 2], [1: [.timeout, .timeout, .timeout, .timeout], 2: [.exception(2)]]) == [
                "1", "2", "1", "1",
            ]
        )
    }

    @Test func `whoever may still answer an earlier question waits while others are asked`() {
        #expect(
            play([1, 2], [1: [.timeout, .owed(.seconds(4))], 2: [.timeout]]) == [
                "1", "2", "1", "2", "wait", "1",
            ]
        )
    }

    @Test func `units that were silent before are probed once, behind the others`() {
        #expect(
            play([1, 2, 3], silent: [1], [1: [.timeout, .timeout], 3: [.timeout]]) == ["2", "3", "3", "1"]
        )
    }

    @Test func `a line that is down ends the round`() {
        #expect(play([1, 2, 3], [2: [.unreachable]]) == ["1", "2"])
    }
}
