import Metering
import Normalisation
import Testing

struct ValidationTests {
    /// `spike/1 1..3`: the rule and the hours that it speaks of.
    private static func notes(
        _ readings: [Reading],
        exchanges: [MeterExchange] = [],
        settings: ValidationSettings = .shipped
    ) -> [String] {
        let context = context(exchanges: exchanges)
        let series = SeriesNormaliser(context).normalise(readings)
        return Validation(context, settings: settings).notes(on: series).map { note in
            let (from, to) = (note.span.lowerBound - instant(0), note.span.upperBound - instant(0))
            return "\(note.rule.name(version: 1)) \(from / 3_600)..\(to / 3_600)"
        }
    }

    private static let swap = exchange(at: 5_000, closing: 1_210, opening: 44)
    private static let late = exchange(at: 19_000, closing: 1_210, opening: 44)

    @Test(
        arguments: [
            ([500, 510, 520], [], []),
            ([500, 510, 9_000, 520], [], ["interval-size/1 1..3", "spike/1 1..3"]),
            ([500, 510, 480, 485], [], ["negative/1 1..2"]),
            ([500, 510, 9_000, 9_010], [], ["pipe/1 1..2"]),
            ([500, nil, 520], [], ["interval-size/1 0..2"]),
            ([1_190, 1_200, 50, 60], [swap], []),
            ([1_190, 1_200, 50, 1_210, 60], [swap], ["interval-size/1 2..4", "removed-meter/1 2..4"]),
            ([1_190, 1_200, 46, 50, 53], [late], ["exchange-time/1 2..5"]),
        ] as [([Int64?], [MeterExchange], [String])]
    )
    func `what is held out, moved, unexplained or missing is named by its rule`(
        indexes: [Int64?],
        exchanges: [MeterExchange],
        expected: [String]
    ) {
        #expect(Self.notes(hourly(indexes), exchanges: exchanges) == expected)
    }

    @Test func `a clock that was off is named with its seconds, and changes no other note`() {
        let series = normalised(hourly([500, 510, 480, 485]))
        let drift = ClockDrift(from: instant(3_600), to: instant(7_200), seconds: -240, isOver: true)
        let notes = Validation(context()).notes(on: series, clock: [drift])
        #expect(notes.map(\.rule) == [.negative, .clockDrift])
        #expect(notes.last?.seconds == -240)
        #expect(notes.last?.span == instant(3_600)..<instant(7_201))
    }

    @Test func `a note says how far the index fell`() {
        let series = normalised(hourly([500, 510, 480, 485]))
        let notes = Validation(context()).notes(on: series)
        #expect(notes.map(\.volume) == [.litres(30)])
    }

    @Test(arguments: [(5_400, 0), (5_401, 1)] as [(Int64, Int)])
    func `an interval may be half as long again`(seconds: Int64, count: Int) {
        let notes = Self.notes([reading(0, 500), reading(seconds, 510)])
        #expect(notes.count == count)
    }

    @Test func `from 72 hours on a gap is prolonged`() {
        let shorter = [reading(0, 500), reading(72 * 3_600 - 1, 510)]
        #expect(Self.notes(shorter) == ["interval-size/1 0..71"])
        let longer = [reading(0, 500), reading(72 * 3_600, 510)]
        #expect(Self.notes(longer) == ["interval-size/1 0..72", "prolonged-estimation/1 0..72"])
    }

    @Test func `the thresholds are settings`() {
        var settings = ValidationSettings()
        settings.intervalSeconds = 1_800
        #expect(Self.notes(hourly([500, 510]), settings: settings) == ["interval-size/1 0..1"])
        settings.intervalSeconds = 3_600
        settings.prolongedHours = 2
        #expect(
            Self.notes(hourly([500, nil, 510]), settings: settings)
                == ["interval-size/1 0..2", "prolonged-estimation/1 0..2"]
        )
    }

    @Test func `every rule bears its version, and no two the same name`() {
        let names = ValidationRule.allCases.map { $0.name(version: 1) }
        #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z-]+\/[1-9]/) != nil })
        #expect(Set(names).count == names.count)
    }
}
