import Metering
import Seeds
import Testing

struct ContractSpanTests {
    private static let point = ServicePoint.ID("S-1")

    private static func event(_ kind: EventKind, at seconds: Int64) -> PointEvent {
        PointEvent(
            place: .point(point),
            kind: kind,
            at: Instant(secondsSince1970: seconds),
            by: "sato",
            reason: "notice"
        )
    }

    private static func text(_ events: [PointEvent]) -> [String] {
        ContractSpans(events).spans.map { span in
            let from = span.from.map { "\($0.secondsSince1970)" } ?? "-"
            let to = span.to.map { "\($0.secondsSince1970)" } ?? "-"
            return "\(from) \(to) \(span.state.rawValue)"
        }
    }

    @Test(
        arguments: [
            ([], ["- - unrecorded"]),
            ([(.open, 5)], ["- 5 unrecorded", "5 - contract"]),
            ([(.close, 5)], ["- 5 unrecorded", "5 - closed"]),
            ([(.open, 1), (.close, 5)], ["- 1 unrecorded", "1 5 contract", "5 - closed"]),
            ([(.open, 1), (.open, 5)], ["- 1 unrecorded", "1 5 contract", "5 - contract"]),
            ([(.close, 1), (.close, 5)], ["- 1 unrecorded", "1 - closed"]),
            (
                [(.open, 1), (.suspend, 5), (.open, 9)],
                ["- 1 unrecorded", "1 5 contract", "5 9 suspended", "9 - contract"]
            ),
            ([(.suspend, 1), (.close, 5)], ["- 1 unrecorded", "1 5 suspended", "5 - closed"]),
            ([(.close, 5), (.open, 5)], ["- 5 unrecorded", "5 - contract"]),
            (
                [(.open, 1), (.close, 5), (.open, 5)],
                ["- 1 unrecorded", "1 5 contract", "5 - contract"]
            ),
            ([(.suspend, 3), (.close, 5), (.suspend, 5)], ["- 3 unrecorded", "3 - suspended"]),
            ([(.vacant, 1), (.handReading, 2), (.leakFound, 3)], ["- - unrecorded"]),
        ] as [([(EventKind, Int64)], [String])]
    )
    func `opening, closing and suspending make spans that touch`(
        turns: [(EventKind, Int64)],
        expected: [String]
    ) {
        #expect(ContractSpanTests.text(turns.map { ContractSpanTests.event($0, at: $1) }) == expected)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `any order of recording ends in the same spans`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let kinds: [EventKind] = [.open, .close, .suspend, .vacant]
        let events = (0..<Int.random(in: 1...12, using: &random)).map { _ in
            ContractSpanTests.event(
                kinds.randomElement(using: &random) ?? .open,
                at: Int64.random(in: 0...8, using: &random)
            )
        }
        let expected = ContractSpans(events)
        for _ in 0..<5 { #expect(ContractSpans(events.shuffled(using: &random)) == expected) }
        #expect(ContractSpans(events + events) == expected, "recorded twice")
        for (span, next) in zip(expected.spans, expected.spans.dropFirst()) {
            #expect(span.to == next.from && span.to != nil)
            #expect(span.state != next.state || next.state == .contract)
        }
        #expect(expected.spans.first?.from == nil && expected.present.to == nil)
    }

    @Test func `an instant lies in one span, the first one of it included`() {
        let spans = ContractSpans([
            ContractSpanTests.event(.open, at: 5), ContractSpanTests.event(.close, at: 9),
        ])
        let states = [4, 5, 8, 9].map { spans.span(at: Instant(secondsSince1970: $0)).state }
        #expect(states == [.unrecorded, .contract, .contract, .closed])
    }

    @Test func `a part of a range is what lies in the span`() {
        let span = ContractSpan(
            from: Instant(secondsSince1970: 5),
            to: Instant(secondsSince1970: 9),
            state: .contract
        )
        func part(_ from: Int64, _ to: Int64) -> [Int64]? {
            span.part(of: Instant(secondsSince1970: from)..<Instant(secondsSince1970: to))
                .map { [$0.lowerBound.secondsSince1970, $0.upperBound.secondsSince1970] }
        }
        #expect(part(0, 20) == [5, 9] && part(6, 7) == [6, 7])
        #expect(part(0, 5) == nil && part(9, 12) == nil)
    }
}
