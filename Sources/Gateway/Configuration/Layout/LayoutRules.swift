import Decoding
import Metering
import Settings

/// Reads what the columns of a layout mean, and whether they are enough to make readings of.
struct LayoutRules {
    /// Nil where the file says no kind that we know; then nothing more is asked of it.
    let form: FeedLayout.Form?
    let isWide: Bool
    /// Whether the file's name says the measuring date.
    let namesDay: Bool

    func columns(_ root: Section) -> [FeedLayout.Field: String] {
        guard let section = root.section("columns") else {
            if isTable { root.problem(at: "columns", .required) }
            return [:]
        }
        var columns: [FeedLayout.Field: String] = [:]
        for field in FeedLayout.Field.allCases { columns[field] = section.text(field.rawValue) }
        section.finish()
        if isTable { check(Set(columns.keys), section) }
        return columns
    }

    private var isTable: Bool {
        switch form {
        case .delimited, .workbook: true
        case .feedPage, nil: false
        }
    }

    private func check(_ fields: Set<FeedLayout.Field>, _ section: Section) {
        if fields.isDisjoint(with: [.meter, .point]) { section.problem(at: "meter_id", .required) }
        if fields.isDisjoint(with: [.day, .stamp]), !namesDay { section.problem(at: "day", .required) }
        guard !isWide else { return }
        if !fields.contains(.index) { section.problem(at: "index", .required) }
        if fields.isDisjoint(with: [.time, .stamp]) { section.problem(at: "time", .required) }
    }

    func hours(_ root: Section) -> FeedLayout.HourColumns? {
        guard let section = root.section("hours") else {
            if isWide { root.problem(at: "hours", .required) }
            return nil
        }
        let pattern = section.requiredText("header")
        let first = section.integer("first", in: 0...24) ?? 1
        let last = section.integer("last", in: 0...24) ?? 24
        section.finish()
        if !isWide {
            root.problem(at: "hours", .other(english: "the shape wide", japanese: "shape: wide の指定"))
        }
        if first > last { section.problem(at: "last", .integer(min(first, 24)...24)) }
        guard let pattern else { return nil }
        guard pattern.contains("{h}") || pattern.contains("{hh}") else {
            section.problem(
                at: "header",
                .other(english: "a header with {h} or {hh} in it", japanese: "{h} または {hh} を含む見出し")
            )
            return nil
        }
        guard first <= last else { return nil }
        return FeedLayout.HourColumns(pattern: pattern, hours: first...last)
    }

    func index(_ root: Section) -> FeedLayout.IndexRule {
        let section = root.section("index")
        let unit = section?.choice("unit", ["m3", "L", "mL"]) ?? "L"
        let text = section?.decimal("scale")
        let missing = Set((section?.texts("missing") ?? []).map(JapaneseDate.narrow))
        let powers = ["m3": 6, "L": 3, "mL": 0]
        let one = ExactDecimal(coefficient: 1, exponent: powers[unit] ?? 3)
        let scaled = (text.flatMap { ExactDecimal($0) } ?? .one).multiplied(by: one)
        if let text, (scaled?.coefficient ?? 0) <= 0 {
            section?.problem(at: "scale", .decimal, found: "'\(text)'")
        }
        section?.finish()
        return FeedLayout.IndexRule(unit: scaled ?? one, missing: missing)
    }

    func quality(_ root: Section) -> FeedLayout.QualityRule {
        guard let section = root.section("quality") else { return FeedLayout.QualityRule() }
        let words = FeedLayout.QualityRule.Verdict.allCases.map(\.rawValue)
        let blank = section.choice("blank", words).flatMap(FeedLayout.QualityRule.Verdict.init)
        var codes: [String: FeedLayout.QualityRule.Verdict] = [:]
        if let entries = section.section("codes") {
            for key in entries.keys {
                codes[JapaneseDate.narrow(key)] = entries.choice(key, words)
                    .flatMap(FeedLayout.QualityRule.Verdict.init)
            }
        }
        section.finish()
        return FeedLayout.QualityRule(codes: codes, blank: blank)
    }

    func alarms(_ root: Section) -> FeedLayout.AlarmRule {
        guard let section = root.section("alarms") else { return FeedLayout.AlarmRule() }
        let names = MeterStatus.names.map(\.name)
        var codes: [String: MeterStatus] = [:]
        for key in section.keys {
            let name = section.choice(key, names)
            codes[JapaneseDate.narrow(key)] = MeterStatus.names.first { $0.name == name }?.flag
        }
        return FeedLayout.AlarmRule(codes: codes)
    }

    func records(_ root: Section) -> FeedLayout.RecordRule {
        guard let section = root.section("records") else { return FeedLayout.RecordRule() }
        let data = Set((section.texts("data") ?? []).map(JapaneseDate.narrow))
        let ignored = Set((section.texts("ignored") ?? []).map(JapaneseDate.narrow))
        let trailer = section.section("trailer").flatMap(trailer)
        section.finish()
        if isTable, root.section("columns")?.has("kind") != true {
            root.problem(
                at: "records",
                .other(english: "a column for the kind beside it", japanese: "columns.kind の指定")
            )
        }
        return FeedLayout.RecordRule(data: data, ignored: ignored, trailer: trailer)
    }

    private func trailer(_ section: Section) -> FeedLayout.RecordRule.Trailer? {
        let kind = section.requiredText("kind")
        let column = section.requiredText("column")
        let pattern = section.text("count") ?? "{count}"
        section.finish()
        guard pattern.contains("{count}") else {
            section.problem(
                at: "count",
                .other(english: "a text with {count} in it", japanese: "{count} を含む文字列")
            )
            return nil
        }
        guard let kind, let column else { return nil }
        return FeedLayout.RecordRule.Trailer(kind: kind, column: column, pattern: pattern)
    }

    /// All styles unless the layout names its own.
    func dates(_ root: Section) -> Set<DateStyle> {
        let words = root.texts("dates") ?? []
        let known = DateStyle.allCases.map(\.rawValue)
        for word in words where !known.contains(word) {
            root.problem(at: "dates", .choice(known), found: "'\(word)'")
        }
        guard words.isEmpty else { return Set(words.compactMap(DateStyle.init)) }
        return Set(DateStyle.allCases)
    }
}
