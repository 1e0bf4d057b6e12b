import Billing
import Gateway
import Metering
import Simulation
import Storage

/// What the demo prints: the gateway's story beside the truth.
struct DemoResult {
    let comparison: TruthComparison
    let span: Range<Instant>
    let document: Document

    struct Document: Encodable {
        let schema = "mizumori.demo/1"
        let seed: UInt64
        let days: Int
        let from: String
        let until: String
        let meters: Int
        let readings: Int
        /// Indexes that left the simulators intact.
        let readingsDelivered: Int
        let readingsLost: Int
        let trueLitres: Int64
        let registeredLitres: Int64
        let planted: [String: Int]
        let found: [String: Int]
        let omitted: [String]
        let falseIncidents: Int
        let mails: Int
        let duplicateMails: Int
        let periods: Int
        let periodsByQuality: [String: Int]
        let largestMeasuredErrorL: Int64
        let coverage: Double
    }

    init(_ world: DemoWorld, _ history: DemoHistory) async throws {
        let truth = world.pilot.neighbourhood.truth
        let last = LocalDay(containing: history.simulatedUntil).start
        span = history.start..<max(last, history.start + 86_400)
        var comparison = TruthComparison(truth, span: span)
        try await comparison.read(world.station)
        self.comparison = comparison
        let points = world.station.configuration.pilot.installations.map(\.point.id)
        let used = points.reduce(Volume.zero) { [span] sum, point in
            sum + world.pilot.neighbourhood.trueVolume(of: point, at: span.upperBound)
                - world.pilot.neighbourhood.trueVolume(of: point, at: span.lowerBound)
        }
        document = Document(
            seed: history.seed,
            days: history.days,
            from: span.lowerBound.japaneseDescription,
            until: history.simulatedUntil.japaneseDescription,
            meters: points.count,
            readings: try await world.station.store.readingCount(),
            readingsDelivered: history.delivered,
            readingsLost: history.lost,
            trueLitres: used.roundedLitres,
            registeredLitres: comparison.registered.roundedLitres,
            planted: comparison.planted,
            found: comparison.found,
            omitted: truth.omissions,
            falseIncidents: comparison.falseIncidents.count,
            mails: world.mailbox.deliveries,
            duplicateMails: world.mailbox.deliveries - world.mailbox.distinctMessages,
            periods: comparison.months.count,
            periodsByQuality: Dictionary(
                uniqueKeysWithValues: comparison.periods.map { ($0.key.rawValue, $0.value) }
            ),
            largestMeasuredErrorL: comparison.largestMeasuredErrorLitres,
            coverage: Double(comparison.coverage.permille) / 1_000
        )
    }

    func text(_ voice: Voice) -> String {
        let kinds = document.planted.keys.sorted()
            .map { "\($0) \(document.found[$0] ?? 0)/\(document.planted[$0] ?? 0)" }
            .joined(separator: ", ")
        let qualities = document.periodsByQuality.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
        return voice.phrase(
            """
            \(document.meters) meters, \(document.from) to \(document.until), seed \(document.seed)
            readings    \(document.readings) stored, \(document.readingsLost) lost, coverage \(document.coverage)
            water       \(document.trueLitres) L used, \(document.registeredLitres) L registered
            found       \(kinds); \(document.falseIncidents) false
            mail        \(document.mails) sent, \(document.duplicateMails) twice
            months      \(qualities); measured ones within \(document.largestMeasuredErrorL) L
            """,
            """
            メーター \(document.meters) 台、\(document.from) から \(document.until) まで、seed \(document.seed)
            指針        保存 \(document.readings) 件、欠落 \(document.readingsLost) 件、取得率 \(document.coverage)
            水量        実使用 \(document.trueLitres) L、計量 \(document.registeredLitres) L
            検知        \(kinds)、誤検知 \(document.falseIncidents) 件
            メール      送信 \(document.mails) 通、重複 \(document.duplicateMails) 通
            月計        \(qualities)、measured の誤差は最大 \(document.largestMeasuredErrorL) L
            """
        )
    }
}
