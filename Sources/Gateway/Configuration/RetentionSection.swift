import Settings

/// Reads the section `retention` of `gateway.yaml`; keys are listed in `config/README.md`.
enum RetentionSection {
    static func settings(in root: Section) -> RetentionSettings {
        var settings = RetentionSettings()
        guard let section = root.section("retention") else { return settings }
        settings.hourlyYears = section.integer("hourly_fiscal_years", in: 1...50)
        settings.billingYears = section.integer("billing_fiscal_years", in: 1...50)
        settings.telegramMonths = section.integer("telegram_months", in: 1...600)
        settings.auditYears = section.integer("audit_fiscal_years", in: 1...50)
        settings.isNightly = section.flag("nightly") ?? false
        if let billing = settings.billingYears, billing < settings.hourlyYears ?? .max {
            section.problem(
                at: "billing_fiscal_years",
                .other(
                    english: "hourly_fiscal_years, and no less than it: bills rest on some of those readings",
                    japanese: "hourly_fiscal_years の指定と、それ以上の年数 (料金の根拠となる指針のため)"
                )
            )
        }
        if settings.isNightly, settings.keepsAll {
            section.problem(
                at: "nightly",
                .other(english: "a span for something, or false", japanese: "いずれかの保存期間、または false")
            )
        }
        section.finish()
        return settings
    }
}
