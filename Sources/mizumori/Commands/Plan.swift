import Acquisition
import Metering
import ArgumentParser
import Decoding
import Gateway

/// Prints what every line has to carry, and refuses what does not fit.
struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Each line's requests, wire time and utilisation; refuses what does not fit."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions

    struct Document: Encodable {
        let schema = "mizumori.plan/1"
        let lines: [Line]
    }

    struct Line: Encodable {
        let line: String
        let usualMs: Int64
        let worstMs: Int64
        let utilisationPermille: Int64
        let fits: Bool
        let requests: [Request]
    }

    struct Request: Encodable {
        let unit: UInt8
        let model: String
        let purpose: String
        let function: UInt8
        let address: UInt16
        let count: UInt16
        let holes: Int
        let ms: Int64
        let fields: [String]
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "plan")
        let plans = configuration.settings.lines.map {
            LinePlan($0, pilot: configuration.pilot, pollSeconds: configuration.settings.pollSeconds)
        }
        try voice.say(
            Document(lines: plans.map(Plan.line)),
            orText: plans.map { text($0, voice) }.joined(separator: "\n\n")
        )
        if plans.contains(where: { !$0.fits }) { throw ExitCode.refused }
    }

    private static func line(_ plan: LinePlan) -> Line {
        Line(
            line: plan.path.rawValue,
            usualMs: plan.usualMilliseconds,
            worstMs: plan.worstMilliseconds,
            utilisationPermille: plan.utilisationPermille,
            fits: plan.fits,
            requests: plan.requests.map { row in
                Request(
                    unit: row.unit,
                    model: row.model.rawValue,
                    purpose: "\(row.purpose)",
                    function: row.planned.request.function.rawValue,
                    address: row.planned.request.address,
                    count: row.planned.request.count,
                    holes: row.planned.holes,
                    ms: row.milliseconds,
                    fields: row.planned.fields
                )
            }
        )
    }

    private func text(_ plan: LinePlan, _ voice: Voice) -> String {
        var table = TextTable(
            [
                voice.phrase("unit", "機器"), voice.phrase("model", "機種"), voice.phrase("when", "時期"),
                voice.phrase("function", "機能"), voice.phrase("address", "番地"), voice.phrase("count", "数"),
                voice.phrase("unasked", "読み飛ばし"), "ms", voice.phrase("fields", "項目"),
            ],
            rightAligned: [0, 3, 4, 5, 6, 7]
        )
        for row in plan.requests {
            table.append([
                "\(row.unit)", row.model.rawValue, voice.phrase(row.purpose.english, row.purpose.japanese),
                "\(row.planned.request.function.rawValue)", "\(row.planned.request.address)",
                "\(row.planned.request.count)", "\(row.planned.holes)", "\(row.milliseconds)",
                row.planned.fields.joined(separator: " "),
            ])
        }
        let summary = voice.phrase(
            "\(plan.path): \(plan.usualMilliseconds) ms a round when all answer, \(plan.worstMilliseconds) ms when nobody does; "
                + "utilisation \(permille(plan.utilisationPermille)). "
                + (plan.fits ? "Fits." : "Does not fit."),
            "\(plan.path): 全機応答時 \(plan.usualMilliseconds) ms、全機無応答時 \(plan.worstMilliseconds) ms、"
                + "使用率 \(permille(plan.utilisationPermille))。" + (plan.fits ? "収まります。" : "収まりません。")
        )
        return plan.requests.isEmpty ? summary : table.render() + "\n" + summary
    }

    private func permille(_ value: Int64) -> String {
        "\(value / 10).\(value % 10) %"
    }
}

extension PollPurpose {
    fileprivate var english: String {
        switch self {
        case .identity: "at start, daily"
        case .scale: "at start, daily"
        case .index: "every round"
        }
    }

    fileprivate var japanese: String {
        switch self {
        case .identity: "開始時・毎日"
        case .scale: "開始時・毎日"
        case .index: "毎回"
        }
    }
}
