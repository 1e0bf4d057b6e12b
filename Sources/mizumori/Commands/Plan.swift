import Acquisition
import ArgumentParser
import Console
import Decoding
import Gateway
import Metering

/// Prints what every line has to carry, and refuses what does not fit.
struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Each line's requests, wire time, utilisation and wake-ups; refuses what does not fit."
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
        let shortestIntervalS: Int64
        let utilisationPermille: Int64
        let fits: Bool
        let units: [Unit]
        let requests: [Request]
    }

    struct Unit: Encodable {
        let unit: UInt8
        let model: String
        let intervalS: Int64
        let wakeupsPerDay: Int64
        @OrNull var mostWakeupsPerDay: Int64?
        let leastIntervalS: Int64
    }

    struct Request: Encodable {
        let unit: UInt8
        let model: String
        let purpose: String
        let function: UInt8
        let address: UInt16
        let count: UInt16
        let holes: Int
        let ms: Double
        let fields: [String]
        let why: String
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "plan")
        let settings = configuration.settings
        let plans = settings.lines.map { line in
            LinePlan(
                line,
                units: configuration.pilot.polledUnits(on: line.id, usualSeconds: settings.pollSeconds)
            )
        }
        try voice.say(
            Document(lines: plans.map { line($0, voice) }),
            orText: plans.map { text($0, voice) }.joined(separator: "\n\n")
        )
        if plans.contains(where: { !$0.fits }) { throw ExitCode.refused }
    }

    private func line(_ plan: LinePlan, _ voice: Voice) -> Line {
        Line(
            line: plan.path.rawValue,
            usualMs: plan.usualMilliseconds,
            worstMs: plan.worstMilliseconds,
            shortestIntervalS: plan.shortestIntervalSeconds,
            utilisationPermille: plan.utilisationPermille,
            fits: plan.fits,
            units: plan.units.map { unit in
                Unit(
                    unit: unit.unit,
                    model: unit.model.rawValue,
                    intervalS: unit.intervalSeconds,
                    wakeupsPerDay: unit.wakeupsPerDay,
                    mostWakeupsPerDay: unit.mostWakeupsPerDay,
                    leastIntervalS: unit.leastIntervalSeconds
                )
            },
            requests: plan.units.flatMap { unit in
                unit.requests.map { row in
                    Request(
                        unit: unit.unit,
                        model: unit.model.rawValue,
                        purpose: row.purpose.rawValue,
                        function: row.planned.request.function.rawValue,
                        address: row.planned.request.address,
                        count: row.planned.request.count,
                        holes: row.planned.holes,
                        ms: Double(row.microseconds) / 1_000,
                        fields: row.planned.fields,
                        why: row.planned.why(voice)
                    )
                }
            }
        )
    }

    private func text(_ plan: LinePlan, _ voice: Voice) -> String {
        var table = TextTable(
            [
                voice.phrase("unit", "機器"), voice.phrase("model", "機種"), voice.phrase("when", "時期"),
                voice.phrase("function", "機能"), voice.phrase("address", "番地"), voice.phrase("count", "数"),
                "ms",
                voice.phrase("fields", "項目"), voice.phrase("why", "理由"),
            ],
            rightAligned: [0, 3, 4, 5, 6]
        )
        for unit in plan.units {
            for row in unit.requests {
                table.append([
                    "\(unit.unit)", unit.model.rawValue, row.purpose.text(voice),
                    "\(row.planned.request.function.rawValue)", "\(row.planned.request.address)",
                    "\(row.planned.request.count)", tenths(row.microseconds),
                    row.planned.fields.joined(separator: " "), row.planned.why(voice),
                ])
            }
        }
        let lines = [table.render()] + wakeups(plan, voice) + [summary(plan, voice)]
        return (plan.units.isEmpty ? [summary(plan, voice)] : lines).joined(separator: "\n")
    }

    private func wakeups(_ plan: LinePlan, _ voice: Voice) -> [String] {
        plan.units.compactMap { unit in
            let most = unit.mostWakeupsPerDay ?? 86_400 / unit.leastIntervalSeconds
            guard unit.mostWakeupsPerDay != nil || unit.isWokenTooOften else { return nil }
            let verdict =
                unit.isWokenTooOften ? voice.phrase("too often", "多すぎます") : voice.phrase("fits", "範囲内")
            return voice.phrase(
                "\(plan.path) unit \(unit.unit): \(unit.wakeupsPerDay) wake-ups a day of \(most) allowed: \(verdict)",
                "\(plan.path) 機器 \(unit.unit): 起動 \(unit.wakeupsPerDay) 回/日、許容 \(most) 回/日: \(verdict)"
            )
        }
    }

    private func summary(_ plan: LinePlan, _ voice: Voice) -> String {
        voice.phrase(
            "\(plan.path): \(plan.usualMilliseconds) ms a round when all answer, at most \(plan.worstMilliseconds) ms; "
                + "shortest interval \(plan.shortestIntervalSeconds) s; utilisation "
                + "\(permille(plan.utilisationPermille)). " + (plan.fits ? "Fits." : "Does not fit."),
            "\(plan.path): 全機応答時 \(plan.usualMilliseconds) ms、最長 \(plan.worstMilliseconds) ms、"
                + "最短周期 \(plan.shortestIntervalSeconds) 秒、使用率 \(permille(plan.utilisationPermille))。"
                + (plan.fits ? "収まります。" : "収まりません。")
        )
    }

    private func permille(_ value: Int64) -> String {
        "\(value / 10).\(value % 10) %"
    }
}

/// Milliseconds to the tenth.
private func tenths(_ microseconds: Int64) -> String {
    "\(microseconds / 1_000).\(microseconds % 1_000 / 100)"
}

extension PollPurpose {
    fileprivate func text(_ voice: Voice) -> String {
        switch self {
        case .identity: voice.phrase("at start, rarely", "開始時・定期")
        case .scale: voice.phrase("at start, rarely", "開始時・定期")
        case .index: voice.phrase("every round", "毎回")
        case .status: voice.phrase("rarely", "定期")
        }
    }
}

extension PlannedRequest {
    /// Why it begins where it begins, and why it reads what nobody asked for.
    fileprivate func why(_ voice: Voice) -> String {
        let beginning: String? =
            switch cut {
            case .first: nil
            case .otherFunction: voice.phrase("other function", "機能が異なる")
            case .otherRange: voice.phrase("other limits there", "読取条件が異なる")
            case .denied(let range):
                voice.phrase(
                    "\(range.lowerBound)-\(range.upperBound) is denied",
                    "\(range.lowerBound)-\(range.upperBound) は読取禁止"
                )
            case .holesForbidden(let count):
                voice.phrase("hole of \(count) must not be read", "間の \(count) 個は読取不可")
            case .tooLong(let most):
                voice.phrase("at most \(most) in one", "一度に最大 \(most) 個")
            case .dearer(let count):
                voice.phrase("hole of \(count) would take longer", "間の \(count) 個を読むと長くなる")
            }
        let (here, apart) = (tenths(holeMicroseconds), tenths(requestMicroseconds))
        let hole: String? =
            holes == 0
            ? nil
            : voice.phrase(
                "\(holes) between read too: \(here) ms, another request \(apart) ms",
                "間の \(holes) 個も読む: \(here) ms、別の要求なら \(apart) ms"
            )
        return [beginning, hole].compactMap(\.self).joined(separator: "; ")
    }
}
