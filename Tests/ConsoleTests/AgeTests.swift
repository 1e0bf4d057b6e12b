import Console
import Hummingbird
import HummingbirdTesting
import Metering
import Testing

/// Amounts and times as the page writes them, seen from outside.
@Suite struct AgeTests {
    private func page(_ point: PointRow) async throws -> String {
        let overview = MadeUp.overview(points: [point])
        let console = WebConsole(
            ConsoleParts(overview: { overview }, health: { MadeUp.health() }, counts: { MadeUp.counts }),
            settings: ConsoleSettings(port: 0)
        )
        return try await console.application.test(.router) { client in
            try await client.execute(uri: "/", method: .get) { String(buffer: $0.body) }
        }
    }

    @Test(arguments: [
        (Int64(0), "1分以内"), (59, "1分以内"), (60, "1分前"), (3_599, "59分前"), (3_600, "1時間前"),
        (172_799, "47時間前"), (172_800, "2日前"), (34_560_000, "400日前"), (-61, "時計のずれ"),
    ])
    func `an age is told in the largest unit that fits`(_ seconds: Int64, _ words: String) async throws {
        let reading = PointRow.LastReading(index: .zero, at: MadeUp.now - seconds)
        #expect(try await page(MadeUp.point(lastReading: reading)).contains(">\(words)<"))
    }

    @Test(arguments: [
        (Int64(0), "0.000"), (999, "0.000"), (1_000, "0.001"), (999_999, "0.999"), (1_000_000, "1.000"),
        (1_234_567_890_123, "1,234,567.890"), (-2_500, "-0.002"),
    ])
    func `an index is cut at the litre, as the dial shows it`(_ millilitres: Int64, _ words: String)
        async throws
    {
        let reading = PointRow.LastReading(index: .millilitres(millilitres), at: MadeUp.now)
        #expect(try await page(MadeUp.point(lastReading: reading)).contains(">\(words)<"))
    }

    @Test(arguments: [(Int64(0), "0.0 %"), (999_999, "99.9 %"), (1_000_000, "100 %"), (1_234, "0.1 %")])
    func `only complete coverage is 100 percent`(_ known: Int64, _ words: String) async throws {
        let coverage = Coverage(knownSeconds: known, totalSeconds: 1_000_000)
        #expect(try await page(MadeUp.point(coverageToday: coverage)).contains(">\(words)<"))
    }
}
