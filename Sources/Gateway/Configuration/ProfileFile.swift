import Decoding
import Metering
import Settings

/// Reads a meter model; the format is defined in `meters/README.md`.
struct ProfileFile {
    private let file: SettingsFile

    init(_ file: SettingsFile) {
        self.file = file
    }

    /// - Returns: nil when something required is missing or wrong; the file has the problems.
    func profile() -> MeterProfile? {
        let root = file.root
        root.checkFormat()
        let id = root.requiredText("id")
        let title = root.requiredText("title")
        let sources = root.texts("sources") ?? []
        if sources.isEmpty {
            root.problem(at: "sources", .other(english: "at least one source", japanese: "一つ以上の出典"))
        }
        let fields = self.fields(root)
        // A field that is wrong itself is no unknown one where it is used.
        let names = Set(root.section("fields")?.keys ?? [])
        let reader = ProfileParts(names: names)
        let channels = reader.channels(root)
        let status = root.sections("status").compactMap(reader.status)
        let identity = root.sections("identity").compactMap(reader.identity)
        let denied = root.sections("denied").compactMap(reader.denied)
        let limits = reader.limits(root)
        let link = reader.link(root)
        let unverified = root.texts("unverified") ?? []
        reportDenied(fields, denied, root)
        let examples = root.sections("examples").compactMap {
            ProfileExamples(names: names, channels: channels).example($0)
        }
        root.finish()
        guard let id, let title, file.problems.isEmpty else { return nil }
        let profile = MeterProfile(
            id: MeterProfile.ID(id),
            title: title,
            sources: sources,
            link: link,
            limits: limits,
            fields: fields,
            channels: channels,
            status: status,
            identity: identity,
            denied: denied,
            examples: examples,
            unverified: unverified
        )
        return canBeRead(profile, root) ? profile : nil
    }

    /// Whether each field fits into a request that the model itself allows.
    private func canBeRead(_ profile: MeterProfile, _ root: Section) -> Bool {
        let planner = RequestPlanner(profile: profile)
        let unreadable = profile.fields.values.filter { !planner.canRead($0) }.map(\.name).sorted()
        for name in unreadable {
            root.problem(
                at: "fields",
                .other(
                    english: "fields that a request within limits and denied ranges can bring",
                    japanese: "limits と denied の範囲内の要求で読める項目"
                ),
                found: name
            )
        }
        return unreadable.isEmpty
    }

    private func fields(_ root: Section) -> [String: RegisterField] {
        guard let section = root.requiredSection("fields") else { return [:] }
        var fields: [String: RegisterField] = [:]
        for name in section.keys {
            guard let entry = section.section(name) else { continue }
            if let field = field(name, entry) { fields[name] = field }
            entry.finish()
        }
        return fields
    }

    private func field(_ name: String, _ section: Section) -> RegisterField? {
        let function = section.requiredInteger("function", in: 1...4).flatMap {
            ReadFunction(rawValue: UInt8($0))
        }
        let address = section.requiredInteger("address", in: 0...65_535)
        let typeName = section.requiredText("type")
        let order =
            section.choice("order", WordOrder.allCases.map(\.rawValue)).flatMap(WordOrder.init) ?? .big
        let invalid = section.integers("invalid", in: Int.min...Int.max) ?? []
        guard let function, let address, let typeName else { return nil }
        guard let type = RegisterType(typeName) else {
            section.problem(at: "type", .choice(RegisterType.names + ["asciiN"]))
            return nil
        }
        guard function.readsBits == (type == .bit) else {
            section.problem(
                at: "type",
                .other(
                    english: "bit with functions 1 and 2, registers with 3 and 4",
                    japanese: "機能1・2では bit、3・4ではレジスタ型"
                )
            )
            return nil
        }
        guard address + type.registerCount <= 65_536 else {
            section.problem(at: "address", .integer(0...65_536 - type.registerCount))
            return nil
        }
        return RegisterField(
            name: name,
            function: function,
            address: UInt16(address),
            type: type,
            order: order,
            invalid: Set(invalid.map(Int64.init))
        )
    }

    private func reportDenied(_ fields: [String: RegisterField], _ denied: [DeniedRange], _ root: Section) {
        for field in fields.values.sorted(by: { $0.name < $1.name }) {
            let isDenied = denied.contains {
                $0.function == field.function && $0.addresses.overlaps(ClosedRange(field.addresses))
            }
            if isDenied {
                root.problem(
                    at: "denied",
                    .other(english: "no field in a denied range", japanese: "読取禁止範囲の外にある項目"),
                    found: field.name
                )
            }
        }
    }
}

/// Reads the smaller parts of a model.
struct ProfileParts {
    let names: Set<String>

    func link(_ root: Section) -> LinkManners {
        var link = LinkManners()
        guard let section = root.section("link") else { return link }
        if let value = section.integer("response_timeout_ms", in: 20...60_000) {
            link.responseTimeoutMilliseconds = value
        }
        if let value = section.integer("turnaround_ms", in: 0...10_000) {
            link.turnaroundMilliseconds = value
        }
        if let value = section.integer("wakeup_retries", in: 0...5) { link.wakeupRetries = value }
        section.finish()
        return link
    }

    func limits(_ root: Section) -> ReadLimits {
        var limits = ReadLimits()
        guard let section = root.section("limits") else { return limits }
        if let value = section.integer("maximum_count", in: 1...125) { limits.maximumCount = value }
        if let value = section.integer("multiple", in: 1...125) { limits.multiple = value }
        if let value = section.flag("may_read_holes") { limits.mayReadHoles = value }
        section.finish()
        return limits
    }

    func channels(_ root: Section) -> [Int: IndexExpression] {
        var channels: [Int: IndexExpression] = [:]
        let sections = root.sections("channels")
        if sections.isEmpty { root.problem(at: "channels", .required) }
        for section in sections {
            let number = section.integer("channel", in: 1...64) ?? 1
            let terms = section.texts("sum") ?? []
            if terms.isEmpty { section.problem(at: "sum", .required) }
            check(terms, "sum", section)
            let unit = unit(section)
            let multiplier = multiplier(section)
            section.finish()
            guard let unit, !terms.isEmpty else { continue }
            if channels[number] != nil { section.problem(at: "channel", .once, found: "'\(number)' again") }
            channels[number] = IndexExpression(terms: terms, unit: unit, multiplier: multiplier)
        }
        return channels
    }

    private func unit(_ section: Section) -> IndexUnit? {
        guard let unit = section.requiredSection("unit") else { return nil }
        defer { unit.finish() }
        if let litres = unit.decimal("litres") { return exact(litres, "litres", unit).map(IndexUnit.litres) }
        if unit.flag("site") == true { return .site }
        guard let field = unit.text("field") else {
            unit.problem(
                at: nil,
                .other(
                    english: "litres, site: true, or field with codes",
                    japanese: "litres、site: true、または field と codes"
                )
            )
            return nil
        }
        check([field], "field", unit)
        guard let table = unit.requiredSection("codes") else { return nil }
        var codes: [Int64: ExactDecimal] = [:]
        for key in table.keys {
            guard let code = Int64(key), let text = table.decimal(key), let litres = exact(text, key, table)
            else {
                table.problem(at: key, .other(english: "a code with its litres", japanese: "符号とリットル数"))
                continue
            }
            codes[code] = litres
        }
        return .register(field: field, litres: codes)
    }

    private func multiplier(_ section: Section) -> IndexExpression.Multiplier? {
        guard let entry = section.section("power_of_ten") else { return nil }
        let field = entry.requiredText("field")
        let offset = entry.integer("offset", in: -18...18) ?? 0
        if let field { check([field], "field", entry) }
        entry.finish()
        return field.map { IndexExpression.Multiplier(field: $0, offset: offset) }
    }

    func status(_ section: Section) -> StatusRule? {
        let field = section.requiredText("field")
        let bit = section.integer("bit", in: 0...62)
        let equals = section.integer("equals", in: Int.min...Int.max)
        let flagName = section.choice("flag", MeterStatus.names.map(\.name))
        let poll = section.choice("poll", ["index", "daily"]) ?? "index"
        if let field { check([field], "field", section) }
        section.finish()
        guard (bit == nil) != (equals == nil) else {
            section.problem(
                at: nil,
                .other(english: "either bit or equals", japanese: "bit か equals のどちらか一つ")
            )
            return nil
        }
        guard let field, let flagName,
            let flag = MeterStatus.names.first(where: { $0.name == flagName })?.flag
        else {
            if flagName == nil, !section.has("flag") { section.problem(at: "flag", .required) }
            return nil
        }
        let test = bit.map(StatusRule.Test.bit) ?? .equals(Int64(equals ?? 0))
        return StatusRule(field: field, test: test, flag: flag, isPolledWithIndex: poll == "index")
    }

    func identity(_ section: Section) -> IdentityCheck? {
        let field = section.requiredText("field")
        let equals = section.integer("equals", in: Int.min...Int.max)
        if let field { check([field], "field", section) }
        section.finish()
        return field.map { IdentityCheck(field: $0, equals: equals.map(Int64.init)) }
    }

    func denied(_ section: Section) -> DeniedRange? {
        let function = section.requiredInteger("function", in: 1...4).flatMap {
            ReadFunction(rawValue: UInt8($0))
        }
        let from = section.requiredInteger("from", in: 0...65_535)
        let to = section.requiredInteger("to", in: 0...65_535)
        _ = section.text("why")
        section.finish()
        guard let function, let from, let to else { return nil }
        guard from <= to else {
            section.problem(at: "to", .integer(from...65_535))
            return nil
        }
        return DeniedRange(function: function, addresses: from...to)
    }

    private func check(_ fields: [String], _ key: String, _ section: Section) {
        for field in fields where !names.contains(field) {
            section.problem(at: key, .choice(names.sorted()), found: "'\(field)'")
        }
    }

    private func exact(_ text: String, _ key: String, _ section: Section) -> ExactDecimal? {
        guard let value = ExactDecimal(text), value.coefficient > 0 else {
            section.problem(at: key, .other(english: "a decimal number above zero", japanese: "正の小数"))
            return nil
        }
        return value
    }
}
