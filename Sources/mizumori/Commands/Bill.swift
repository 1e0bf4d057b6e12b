import Console
import ArgumentParser
import Billing
import Gateway
import Metering
import Storage

/// Billing periods.
struct Bill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Billing periods.", subcommands: [Compute.self])

    /// Whole cubic metres between two reading days.
    ///
    /// Nothing is closed: that is a person's act.
    struct Compute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Whole m3 of every service point between two reading days; closes nothing."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @OptionGroup var span: SpanOptions

        struct Document: Encodable {
            let schema = "mizumori.bill.compute/1"
            let from: String
            let to: String
            let totals: [Total]
        }

        struct Total: Encodable {
            let servicePoint: String
            let meter: String
            @OrNull var previousIndexMl: Int64?
            @OrNull var previousAt: String?
            @OrNull var currentIndexMl: Int64?
            @OrNull var currentAt: String?
            @OrNull var usageM3: Int64?
            let quality: String
            /// Whether the meter may be billed; without it the total is for reference only (参考).
            let billable: Bool
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let configuration = try folders.configuration(voice, command: "bill.compute")
            let days = try span.days(voice)
            let store = try await folders.visitedStore(voice)
            let pilot = configuration.pilot.adopting(try await store.registeredPoints())
            let ledger = Ledger(store: store, pilot: pilot)
            var totals: [Total] = []
            for installation in pilot.installations {
                guard
                    let period = try await ledger.period(
                        of: installation.point.id,
                        from: days.lowerBound,
                        to: days.upperBound
                    )
                else { continue }
                totals.append(Total(installation, period, until: days.upperBound))
            }
            let document = Document(from: span.from, to: span.to, totals: totals)
            try voice.say(document, orText: text(document, voice))
        }

        private func text(_ document: Document, _ voice: Voice) -> String {
            var table = TextTable(
                [
                    voice.phrase("point", "水栓番号"), voice.phrase("meter", "メーター番号"),
                    voice.phrase("previous", "前回指針"), voice.phrase("current", "今回指針"),
                    voice.phrase("m3", "使用水量 m3"), voice.phrase("quality", "区分"),
                    voice.phrase("billing", "取引使用"),
                ],
                rightAligned: [2, 3, 4]
            )
            for total in document.totals {
                table.append([
                    total.servicePoint, total.meter,
                    total.previousIndexMl.map { cubicMetres(.millilitres($0)) } ?? "―",
                    total.currentIndexMl.map { cubicMetres(.millilitres($0)) } ?? "―",
                    total.usageM3.map { "\($0)" } ?? "―", Total.word(for: total.quality, voice),
                    total.billable ? "" : voice.phrase("reference only", "参考"),
                ])
            }
            return table.render()
        }
    }
}

extension Bill.Compute.Total {
    fileprivate init(_ installation: Installation, _ period: PeriodTotal, until end: LocalDay) {
        servicePoint = installation.point.id.rawValue
        meter = installation.meter.id.rawValue
        previousIndexMl = period.previous?.index.millilitres
        previousAt = period.previous?.at.description
        currentIndexMl = period.current?.index.millilitres
        currentAt = period.current?.at.description
        usageM3 = period.usageCubicMetres
        quality = period.quality.rawValue
        let isVerified = installation.meter.verifiedUntil.map { $0 >= end.advanced(by: -1).month } ?? false
        billable = installation.meter.isBillable && isVerified
    }

    fileprivate static func word(for quality: String, _ voice: Voice) -> String {
        switch quality {
        case "blocked": voice.phrase("blocked", "要確認")
        case "missing": voice.phrase("missing", "検針不能")
        case "substituted": voice.phrase("substituted", "前後日指針で代用")
        default: voice.phrase("measured", "検針")
        }
    }
}
