import Detection
import Metering
import Seeds
import Testing

@testable import Gateway

struct EvaluationTests {
    private let meters = Array(
        """
        meter_id,diameter_mm,customer_class,rollover_l,watch
        A,20,household,10000000,0
        B,20,household,10000000,0

        """.utf8
    )

    /// A leaks 15 L/h from the tenth day on, B sleeps; hourly, as if received at once.
    private func readings(days: Int) -> String {
        var rows = ["meter_id,timestamp,index_l,status,received_at"]
        var (a, b): (Int64, Int64) = (1_000, 9_999_000)
        for hour in 0...24 * days {
            let at = march(1, hours: Int64(hour)).japaneseDescription
            rows.append("A,\(at),\(a),OK,")
            rows.append("B,\(at),\(b % 10_000_000),OK,")
            let use: Int64 = (7...22).contains(hour % 24) ? 25 : 0
            a += use + (hour >= 240 ? 15 : 0)
            b += use
        }
        return rows.joined(separator: "\n") + "\n"
    }

    private func run(_ readings: String, exchanges: String? = nil) async throws -> Evaluation.Outcome {
        try await Evaluation(rules: .shipped).run(
            Evaluation.Folder(
                readings: Array(readings.utf8),
                meters: meters,
                exchanges: exchanges.map { Array($0.utf8) }
            ),
            progress: { _ in }
        )
    }

    @Test func `a folder gives its detections and its periods`() async throws {
        let outcome = try await run(readings(days: 14))
        #expect(outcome.readings == 2 * (14 * 24 + 1))
        #expect(outcome.rejections.isEmpty)
        // The 40th hour of flow ends on 03-12 at 15:00 after the last dry hour, 06:00 of 03-11 at the latest.
        let rows = outcome.detections.split(separator: "\n")
        #expect(rows.first == "meter_id,kind,detected_at")
        #expect(rows.count == 2)
        #expect(rows.last?.hasPrefix("A,leak_continuous,2026-03-1") == true)
        #expect(outcome.detectionCounts == [.leakContinuous: 1])
        #expect(
            outcome.billing == """
                meter_id,from,to,usage_l,quality
                A,2026-03-01,2026-03-15,7040,measured
                B,2026-03-01,2026-03-15,5600,measured

                """
        )
    }

    @Test func `rows in another order of the file give the same answer`() async throws {
        let text = readings(days: 14)
        var rows = text.split(separator: "\n").map(String.init)
        let header = rows.removeFirst()
        var generator = SeededGenerator(seed: 3)
        rows.shuffle(using: &generator)
        let mixed = try await run(([header] + rows).joined(separator: "\n") + "\n")
        let orderly = try await run(text)
        #expect(mixed.detections == orderly.detections)
        #expect(mixed.billing == orderly.billing)
    }

    @Test func `bad rows are told and the rest is evaluated`() async throws {
        let text = readings(days: 3) + "Z,2026-03-01T00:00:00+09:00,5,OK,\nA,noon,5,OK,\n"
        let outcome = try await run(
            text,
            exchanges:
                "meter_id,at,final_index_l,initial_index_l,new_serial\nQ,2026-03-02T00:00:00+09:00,1,1,\n"
        )
        #expect(outcome.readings == 2 * (3 * 24 + 1))
        #expect(
            outcome.rejections.map(\.place).sorted() == [
                "exchanges.csv:2", "readings.csv:148", "readings.csv:149",
            ]
        )
    }

    @Test func `an announced exchange is no fall`() async throws {
        var rows = ["meter_id,timestamp,index_l,status,received_at"]
        var used = 0
        for hour in 0...72 {
            // 12 hours of 10 L before noon of the second day, from six o'clock on
            let index = hour < 36 ? 5_000 + used : 45 + used - 235
            used += hour % 24 >= 6 ? 10 : 0
            rows.append("A,\(march(1, hours: Int64(hour)).japaneseDescription),\(index),OK,")
        }
        let exchange = "A,\(march(2, hours: 11, seconds: 1_800).japaneseDescription),5235,45,NEW"
        let outcome = try await run(
            rows.joined(separator: "\n"),
            exchanges: "meter_id,at,final_index_l,initial_index_l,new_serial\n\(exchange)\n"
        )
        #expect(outcome.detectionCounts.isEmpty)
        #expect(outcome.billing.contains("A,2026-03-01,2026-03-04,540,measured"))
        let unexplained = try await run(rows.joined(separator: "\n"))
        #expect(unexplained.billing.contains("A,2026-03-01,2026-03-04,,blocked"))
        #expect(unexplained.detectionCounts == [.unannouncedExchange: 1])
    }
}
