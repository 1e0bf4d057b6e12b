internal import Metering

/// Amounts and ages as the pages write them.
extension JapaneseText {
    /// The dial in cubic metres, cut at the litre as its red digits show it: 1,234,567,890 mL is `1,234.567`.
    static func index(_ volume: Volume) -> String {
        let litres = volume.millilitres.magnitude / 1_000
        let sign = volume < .zero && litres > 0 ? "-" : ""
        return sign + grouped(litres / 1_000) + "." + padded(litres % 1_000)
    }

    /// Whole litres, rounded: `1,235`.
    static func litres(_ volume: Volume) -> String {
        let litres = volume.roundedLitres
        return (litres < 0 ? "-" : "") + grouped(litres.magnitude)
    }

    /// Cut, so that only a complete span is 100 %: `99.9 %`.
    static func percent(_ coverage: Coverage) -> String {
        guard coverage.totalSeconds > 0 else { return unknown }
        let permille = coverage.permille
        return permille == 1_000 ? "100 %" : "\(permille / 10).\(permille % 10) %"
    }

    /// With the year: `2026年1月25日 06:00`.
    static func longTime(_ instant: Instant) -> String {
        "\(LocalDay(containing: instant).components.year)年" + time(instant)
    }

    /// How long ago, in the largest unit that fits: `45分前`, `3時間前`, `12日前`.
    static func age(of instant: Instant, at now: Instant) -> String {
        let minutes = (now - instant) / 60
        switch minutes {
        case ..<0: return "時計のずれ"
        case 0: return "1分以内"
        case ..<60: return "\(minutes)分前"
        case ..<2_880: return "\(minutes / 60)時間前"
        default: return "\(minutes / 1_440)日前"
        }
    }

    /// What stands where nothing is known.
    static let unknown = "不明"

    private static func padded(_ thousandths: UInt64) -> String {
        String(String(thousandths + 1_000).dropFirst())
    }
}
