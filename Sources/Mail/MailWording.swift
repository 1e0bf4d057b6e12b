internal import Alerting
internal import Metering

/// The facts of a mail as people read them: the values of the placeholders.
///
/// A placeholder without a fact is left out, so that its section can be.
struct MailWording {
    let values: [String: String]

    init(incident facts: MailFacts) {
        let kind = facts.kind.flatMap(Finding.Kind.init(rawValue:))
        var values = [
            "station": facts.station,
            "place": facts.partner.map { "\(facts.subject) (相手 \($0))" } ?? facts.subject,
            "kind": kind?.japanese ?? facts.kind ?? "",
            "severity": facts.severity.japanese,
            "rule": facts.rule,
            "started_at": JapaneseText.time(Instant(secondsSince1970: facts.startedAtUTC)),
            "data_until": JapaneseText.time(Instant(secondsSince1970: facts.dataUntilUTC)),
            "detected_at": JapaneseText.time(Instant(secondsSince1970: facts.detectedAtUTC)),
            "detected_short": JapaneseText.shortTime(Instant(secondsSince1970: facts.detectedAtUTC)),
            "coverage_percent": MailWording.percent(permille: facts.coveragePermille),
            "next_steps": kind?.nextSteps ?? "",
        ]
        values["incident"] = facts.incident
        values["calibre_mm"] = facts.calibreMillimetres.map { String($0) }
        if let rate = facts.rateMillilitresPerHour, let label = kind?.rateLabel {
            values["rate_label"] = label
            values["rate_lph"] = MailWording.decimal(
                rate,
                per: 1_000,
                places: rate.magnitude < 10_000 ? 1 : 0
            )
            let day = Flow.millilitresPerHour(rate).volume(inSeconds: 86_400)
            values["rate_lpd"] = MailWording.decimal(day.millilitres, per: 1_000, places: 0)
        }
        if let volume = facts.volumeMillilitres, let label = kind?.volumeLabel {
            values["volume_label"] = label
            values["volume_l"] = MailWording.decimal(volume, per: 1_000, places: 0)
            values["volume_m3"] = MailWording.decimal(volume, per: 1_000_000, places: 2)
        }
        self.values = values
    }

    init(test facts: MailFacts) {
        let sentAt = Instant(secondsSince1970: facts.detectedAtUTC)
        values = [
            "station": facts.station,
            "sent_at": JapaneseText.time(sentAt),
            "sent_short": JapaneseText.shortTime(sentAt),
        ]
    }

    /// `amount / unit` with `places` decimals, halves away from zero, thousands parted by commas.
    ///
    /// 12,345,678 per 1,000 with 1 place is 12,345.7.
    static func decimal(_ amount: Int64, per unit: UInt64, places: Int) -> String {
        let scale = (0..<places).reduce(UInt64(1)) { scale, _ in scale * 10 }
        let step = unit / scale
        let (cut, rest) = amount.magnitude.quotientAndRemainder(dividingBy: step)
        let rounded = cut + (rest * 2 >= step ? 1 : 0)
        let sign = amount < 0 && rounded > 0 ? "-" : ""
        let decimals = String(rounded % scale + scale).dropFirst()
        return sign + JapaneseText.grouped(rounded / scale) + (places == 0 ? "" : "." + decimals)
    }

    /// 985 is 98.5, 1,000 is 100.
    private static func percent(permille: Int64) -> String {
        permille % 10 == 0 ? "\(permille / 10)" : "\(permille / 10).\(permille % 10)"
    }
}
