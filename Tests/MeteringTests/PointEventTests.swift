import Metering
import Testing

struct PointEventTests {
    private static let now = Instant(secondsSince1970: 1_000_000)

    private static func event(
        _ kind: EventKind,
        place: PointEvent.Place = .point(ServicePoint.ID("S-1")),
        at: Instant = now,
        until: Instant? = nil,
        index: Volume? = nil,
        detail: String = "",
        by: String = "sato",
        reason: String = "notice"
    ) -> PointEvent {
        PointEvent(
            place: place,
            kind: kind,
            at: at,
            until: until,
            index: index,
            detail: detail,
            by: by,
            reason: reason
        )
    }

    @Test(arguments: EventKind.allCases)
    func `every kind is read by both of its words, and can be kept`(kind: EventKind) {
        #expect(EventKind(word: kind.rawValue) == kind && EventKind(word: kind.japanese) == kind)
        let event = PointEventTests.event(
            kind,
            index: kind == .handReading ? .cubicMetres(12) : nil,
            detail: kind == .consent ? "R7-12" : ""
        )
        #expect(event.problems(at: PointEventTests.now) == [])
    }

    @Test(
        arguments: [
            (event(.open, at: now + 301), .at),
            (event(.open, until: now + 1), .until),
            (event(.tank, until: now), .until),
            (event(.handReading), .index),
            (event(.handReading, index: .litres(1_500)), .index),
            (event(.close, index: .cubicMetres(1)), .index),
            (event(.close, place: .area("north")), .place),
            (event(.consent), .detail),
            (event(.close, by: ""), .by),
            (event(.close, reason: ""), .reason),
        ] as [(PointEvent, EventProblem.Field)]
    )
    func `what cannot be is told with its field`(event: PointEvent, field: EventProblem.Field) throws {
        let problems = event.problems(at: PointEventTests.now)
        #expect(problems.map(\.field) == [field])
        let problem = try #require(problems.first)
        #expect(!problem.expected.isEmpty && !problem.japaneseExpected.isEmpty)
    }

    @Test func `works may lie ahead and be a whole area's; five minutes of another clock are nothing`() {
        let now = PointEventTests.now
        let works = PointEventTests.event(
            .plannedOutage,
            place: .area("north"),
            at: now + 86_400,
            until: now + 90_000
        )
        #expect(works.problems(at: now) == [])
        #expect(PointEventTests.event(.open, at: now + 300).problems(at: now) == [])
    }

    @Test func `everything wrong is told at once`() {
        let event = PointEventTests.event(
            .open,
            at: PointEventTests.now + 999,
            until: PointEventTests.now,
            by: ""
        )
        #expect(event.problems(at: PointEventTests.now).map(\.field) == [.at, .until, .by])
    }

    @Test func `no word names two kinds`() {
        let words = EventKind.allCases.flatMap { [$0.rawValue, $0.japanese] }
        #expect(Set(words).count == words.count)
        #expect(EventKind(word: "closed") == nil)
    }
}
