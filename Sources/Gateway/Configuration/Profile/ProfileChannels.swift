import Decoding
import Metering
import Settings

/// Reads how indexes and flows come out of a model's fields.
struct ProfileChannels {
    let names: ProfileNames

    func channels(_ root: Section) -> [Int: MeterChannel] {
        var channels: [Int: MeterChannel] = [:]
        let sections = root.sections("channels")
        if sections.isEmpty { root.problem(at: "channels", .required) }
        for section in sections {
            let number = section.integer("channel", in: 1...64) ?? 1
            let index = volume(section)
            let flow = section.section("flow").flatMap(flow)
            section.finish()
            guard let index else { continue }
            if channels[number] != nil { section.problem(at: "channel", .once, found: "'\(number)' again") }
            channels[number] = MeterChannel(index: index, flow: flow)
        }
        return channels
    }

    private func flow(_ section: Section) -> FlowExpression? {
        let volume = volume(section)
        let per = timeBase(section)
        section.finish()
        guard let volume, let per else { return nil }
        return FlowExpression(volume: volume, per: per)
    }

    private func volume(_ section: Section) -> VolumeExpression? {
        let terms = terms(section)
        let sign = section.section("sign").flatMap(sign)
        let unit = unit(section)
        let scales = section.sections("scale").compactMap(scale)
        guard let unit, !terms.isEmpty else { return nil }
        return VolumeExpression(terms: terms, sign: sign, unit: unit, scales: scales)
    }

    private func terms(_ section: Section) -> [VolumeExpression.Term] {
        let items = section.items("sum") ?? []
        if items.isEmpty { section.problem(at: "sum", .required) }
        return items.compactMap { item in
            switch item {
            case .text(let name): names.checked(name, at: "sum", section).map { VolumeExpression.Term($0) }
            case .section(let entry): term(entry)
            }
        }
    }

    private func term(_ entry: Section) -> VolumeExpression.Term? {
        let field = names.required("field", entry)
        let times = entry.has("times") ? exact("times", entry, isPositive: false) : ExactDecimal.one
        let scales = entry.sections("scale").compactMap(scale)
        entry.finish()
        guard let field, let times else { return nil }
        return VolumeExpression.Term(field, times: times, scales: scales)
    }

    private func sign(_ entry: Section) -> VolumeExpression.SignRule? {
        let field = names.required("field", entry)
        let negative = ProfileNames.codes("negative", entry)
        if negative.isEmpty { entry.problem(at: "negative", .required) }
        entry.finish()
        return field.map { VolumeExpression.SignRule(field: $0, negative: negative) }
    }

    /// A unit's name, or a section: litres, the installation, or a register with its codes.
    private func unit(_ section: Section) -> VolumeUnit? {
        guard section.has("unit") else {
            section.problem(at: "unit", .required)
            return nil
        }
        if section.isText("unit") {
            if section.text("unit") == "site" { return .site }
            return litres("unit", section).map(VolumeUnit.litres)
        }
        guard let unit = section.section("unit") else { return nil }
        defer { unit.finish() }
        if unit.has("litres") { return exact("litres", unit).map(VolumeUnit.litres) }
        if unit.has("site") { return unit.flag("site") == true ? .site : nil }
        guard unit.has("field") else {
            unit.problem(
                at: nil,
                .other(
                    english: "the name of a unit, litres, site: true, or field with codes",
                    japanese: "単位名、litres、site: true、または field と codes"
                )
            )
            return nil
        }
        let field = names.required("field", unit)
        let codes = table(unit) { litres($0, $1) }
        guard let field, let codes else { return nil }
        return .register(field: field, litres: codes)
    }

    private func scale(_ entry: Section) -> Scale? {
        defer { entry.finish() }
        if entry.has("factor") { return exact("factor", entry).map(Scale.fixed) }
        if entry.has("times") { return names.required("times", entry).map { .value(field: $0) } }
        if entry.has("decimals") {
            return names.required("decimals", entry).map { .powerOfTen(field: $0, direction: -1, offset: 0) }
        }
        if entry.has("power_of_ten") {
            let offset = entry.integer("offset", in: -18...18) ?? 0
            return names.required("power_of_ten", entry).map {
                .powerOfTen(field: $0, direction: 1, offset: offset)
            }
        }
        guard entry.has("table") else {
            entry.problem(
                at: nil,
                .other(
                    english: "factor, times, decimals, power_of_ten or table",
                    japanese: "factor、times、decimals、power_of_ten、table のいずれか"
                )
            )
            return nil
        }
        let field = names.required("table", entry)
        let factors = table(entry) { exact($0, $1) }
        guard let field, let factors else { return nil }
        return .table(field: field, factors: factors)
    }

    private func timeBase(_ section: Section) -> FlowExpression.TimeBase? {
        guard section.has("per") else {
            section.problem(at: "per", .required)
            return nil
        }
        if section.isText("per") { return seconds("per", section).map(FlowExpression.TimeBase.seconds) }
        guard let entry = section.section("per") else { return nil }
        defer { entry.finish() }
        let field = names.required("field", entry)
        let codes = table(entry) { seconds($0, $1) }
        guard let field, let codes else { return nil }
        return .register(field: field, seconds: codes)
    }

    private func seconds(_ key: String, _ section: Section) -> Int64? {
        let known: [(name: String, seconds: Int64)] = [
            ("second", 1), ("minute", 60), ("hour", 3_600), ("day", 86_400),
        ]
        let word = section.choice(key, known.map(\.name))
        return known.first { $0.name == word }?.seconds
    }

    /// The section `codes`, each entry read by `value`.
    private func table<Value>(_ section: Section, _ value: (String, Section) -> Value?) -> [String: Value]? {
        guard let table = section.requiredSection("codes") else { return nil }
        var codes: [String: Value] = [:]
        for key in table.keys {
            if let read = value(key, table) { codes[ProfileNames.code(key)] = read }
        }
        return codes
    }

    /// The litres of a unit by its name, or as a decimal number.
    private func litres(_ key: String, _ section: Section) -> ExactDecimal? {
        guard let text = section.text(key) else { return nil }
        if let named = UnitName.litres[text] { return named }
        guard let value = ExactDecimal(text), value.coefficient > 0 else {
            section.problem(
                at: key,
                .other(
                    english: "litres as a decimal number above zero, or one of \(UnitName.all)",
                    japanese: "正の小数のリットル数、または次のいずれか: \(UnitName.all)"
                )
            )
            return nil
        }
        return value
    }

    private func exact(_ key: String, _ section: Section, isPositive: Bool = true) -> ExactDecimal? {
        guard let text = section.text(key) else { return nil }
        guard let value = ExactDecimal(text), value.coefficient != 0, !isPositive || value.coefficient > 0
        else {
            section.problem(
                at: key,
                .other(
                    english: isPositive
                        ? "a decimal number above zero with at most 18 digits"
                        : "a decimal number other than zero with at most 18 digits",
                    japanese: isPositive ? "18桁以内の正の小数" : "18桁以内の0でない小数"
                )
            )
            return nil
        }
        return value
    }
}

/// Units of volume by their names, exact by their legal definitions (international foot, US and imperial gallon).
private enum UnitName {
    static let litres: [String: ExactDecimal] = [
        "mL": decimal("0.001"), "L": decimal("1"), "hL": decimal("100"), "kL": decimal("1000"),
        "m3": decimal("1000"), "ML": decimal("1000000"), "in3": decimal("0.016387064"),
        "ft3": decimal("28.316846592"), "yd3": decimal("764.554857984"), "us_gal": decimal("3.785411784"),
        "imp_gal": decimal("4.54609"), "us_bbl": decimal("158.987294928"), "imp_bbl": decimal("163.65924"),
        "us_kgal": decimal("3785.411784"), "us_Mgal": decimal("3785411.784"),
        "acre_ft": decimal("1233481.83754752"), "acre_in": decimal("102790.15312896"),
    ]

    static let all = litres.keys.sorted().joined(separator: ", ")

    private static func decimal(_ text: String) -> ExactDecimal {
        guard let value = ExactDecimal(text) else { preconditionFailure("\(text) is a decimal number") }
        return value
    }
}
