import Decoding
import Metering
import Settings

/// Reads how a unit wants to be asked, and what its values say of its state and its identity.
struct ProfileRules {
    let names: ProfileNames
    let places: ProfilePlaces
    let fields: [String: RegisterField]

    func link(_ root: Section) -> LinkManners {
        var link = LinkManners()
        guard let section = root.section("link") else { return link }
        if let value = section.integer("response_timeout_ms", in: 20...60_000) {
            link.responseTimeoutMilliseconds = value
        }
        if let value = section.integer("turnaround_ms", in: 0...10_000) {
            link.turnaroundMilliseconds = value
        }
        if section.has("silence_characters"), let tenths = tenths("silence_characters", section) {
            link.silenceTenths = tenths
        }
        if let value = section.integer("wakeup_retries", in: 0...5) { link.wakeupRetries = value }
        link.wakeupTimeoutMilliseconds = section.integer("wakeup_timeout_ms", in: 20...60_000)
        link.idleSleepSeconds = section.integer("idle_sleep_s", in: 1...86_400)
        section.finish()
        return link
    }

    /// 3.5 is 35.
    private func tenths(_ key: String, _ section: Section) -> Int? {
        let tenths = section.decimal(key).flatMap { ExactDecimal($0) }?.rounded(toUnitsOf: -1)
        guard let tenths, (15...1_000).contains(tenths) else {
            section.problem(at: key, .other(english: "1.5 to 100 characters", japanese: "1.5から100までの文字数"))
            return nil
        }
        return Int(tenths)
    }

    /// A battery meter is one whose wake-ups are counted; its slow states are left alone unless the model says more.
    func polling(_ root: Section) -> PollLimits {
        var polling = PollLimits()
        guard let section = root.section("polling") else { return polling }
        if let value = section.integer("minimum_s", in: 1...86_400) { polling.minimumSeconds = value }
        polling.mostWakeupsPerDay = section.integer("wakeups_per_day", in: 1...86_400)
        if polling.mostWakeupsPerDay != nil { polling.statusSeconds = 0 }
        if let value = section.integer("status_s", in: 0...2_592_000) { polling.statusSeconds = value }
        section.finish()
        return polling
    }

    func limits(_ section: Section?) -> ReadLimits {
        defer { section?.finish() }
        return section.map { limits(in: $0, ReadLimits()) } ?? ReadLimits()
    }

    private func limits(in section: Section, _ usual: ReadLimits) -> ReadLimits {
        var limits = usual
        if let value = section.integer("maximum_count", in: 1...125) { limits.maximumCount = value }
        if let value = section.integer("minimum_count", in: 1...125) { limits.minimumCount = value }
        if let value = section.integer("multiple", in: 1...125) { limits.multiple = value }
        if let value = section.flag("may_read_holes") { limits.mayReadHoles = value }
        if let value = section.flag("starts_on_field") { limits.startsOnField = value }
        if limits.minimumCount > limits.maximumCount {
            section.problem(at: "minimum_count", .integer(1...limits.maximumCount))
        }
        return limits
    }

    /// What a range does not say holds as for the whole model.
    func range(_ section: Section, _ usual: ReadLimits) -> ReadRange? {
        let place = places.range(section)
        let limits = limits(in: section, usual)
        let isWhole = section.flag("whole") ?? false
        section.finish()
        guard let place else { return nil }
        return ReadRange(
            function: place.function,
            addresses: place.addresses,
            limits: limits,
            isWhole: isWhole
        )
    }

    func denied(_ section: Section) -> DeniedRange? {
        let place = places.range(section)
        let reason = section.text("why") ?? ""
        section.finish()
        return place.map { DeniedRange(function: $0.function, addresses: $0.addresses, reason: reason) }
    }

    /// The unit must be known before anything of its installation is, so the order of its bytes must be known too.
    func known(_ name: String, at key: String, _ section: Section) -> String? {
        guard fields[name]?.order == .site else { return names.checked(name, at: key, section) }
        section.problem(
            at: key,
            .other(
                english: "a field whose order does not depend on the installation",
                japanese: "設置情報に依存しない順序の項目"
            ),
            found: "'\(name)'"
        )
        return nil
    }

    func identity(_ section: Section) -> IdentityCheck? {
        let field = section.requiredText("field").flatMap { known($0, at: "field", section) }
        let values = values(section)
        section.finish()
        return field.map { IdentityCheck(field: $0, values: values.map { $0.sorted() }) }
    }

    /// `equals` or `one_of`; nil for neither.
    private func values(_ section: Section) -> Set<String>? {
        if let text = section.text("equals") { return [ProfileNames.code(text)] }
        return section.has("one_of") ? ProfileNames.codes("one_of", section) : nil
    }

    func status(_ section: Section, isBattery: Bool) -> StatusRule? {
        let field = names.required("field", section)
        let first = section.integer("first_bit", in: 0...1) ?? 0
        let tests = [
            field.flatMap { bit(section, of: $0, first: first) },
            values(section).map(StatusRule.Test.oneOf),
            section.has("none_of") ? StatusRule.Test.noneOf(ProfileNames.codes("none_of", section)) : nil,
            section.decimal("below").flatMap(Double.init).map(StatusRule.Test.below),
            section.decimal("above").flatMap(Double.init).map(StatusRule.Test.above),
            section.flag("no_value") == true ? StatusRule.Test.noValue : nil,
        ].compactMap(\.self)
        let flagName = section.choice("flag", MeterStatus.names.map(\.name))
        let poll = section.choice("poll", ["index", "rarely"]) ?? (isBattery ? "rarely" : "index")
        if !section.has("flag") { section.problem(at: "flag", .required) }
        section.finish()
        guard let field, let flag = MeterStatus.names.first(where: { $0.name == flagName })?.flag else {
            return nil
        }
        guard let test = tests.first, tests.count == 1 else {
            section.problem(
                at: nil,
                .other(
                    english: "one of bit, equals, one_of, none_of, below, above and no_value",
                    japanese: "bit、equals、one_of、none_of、below、above、no_value のどれか一つ"
                )
            )
            return nil
        }
        return StatusRule(field: field, test: test, flag: flag, isPolledWithIndex: poll == "index")
    }

    func clock(_ section: Section) -> MeterClock? {
        let field = names.required("field", section)
        let text = section.requiredText("form")
        let form = text.flatMap(MeterClock.Form.init)
        if let text, form == nil {
            section.problem(
                at: "form",
                .other(
                    english: "unix, or a pattern of YY, MM, DD, hh, mm and ss",
                    japanese: "unix、または YY・MM・DD・hh・mm・ss の並び"
                ),
                found: "'\(text)'"
            )
        }
        let poll = section.choice("poll", ["index", "rarely"]) ?? "rarely"
        section.finish()
        guard let field, let form else { return nil }
        return MeterClock(field: field, form: form, isPolledWithIndex: poll == "index")
    }

    private func bit(_ section: Section, of name: String, first: Int) -> StatusRule.Test? {
        guard section.has("bit") else { return nil }
        guard let field = fields[name] else { return nil }
        guard field.type.hasBits else {
            section.problem(at: "bit", .other(english: "a field of a whole number", japanese: "整数型の項目"))
            return nil
        }
        let width = field.cut?.count ?? field.type.registerCount * 16
        let last = min(field.type == .bit ? 0 : width - 1, 62)
        return section.integer("bit", in: first...last + first).map { .bit($0 - first) }
    }
}
