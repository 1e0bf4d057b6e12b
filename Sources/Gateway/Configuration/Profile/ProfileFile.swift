import Decoding
import Metering
import Settings

/// Reads a meter model; the format is defined in `meters/README.md`.
struct ProfileFile {
    private let file: SettingsFile
    private let edition: String

    /// - Parameters:
    ///   - file: the file.
    ///   - edition: what tells its text from any other.
    init(_ file: SettingsFile, edition: String) {
        self.file = file
        self.edition = edition
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
        let words = AddressNumbering.allCases.map(\.rawValue)
        let numbering = root.choice("addresses", words).flatMap(AddressNumbering.init) ?? .pdu
        // A field that is wrong itself is no unknown one where it is used.
        let names = ProfileNames(Set(root.section("fields")?.keys ?? []))
        let places = ProfilePlaces(numbering: numbering)
        let fields = ProfileFields(names: names, places: places).fields(root)
        let channels = ProfileChannels(names: names).channels(root)
        let rules = ProfileRules(names: names, places: places, fields: fields)
        let polling = rules.polling(root)
        let limits = rules.limits(root.section("limits"))
        let profile = MeterProfile(
            id: MeterProfile.ID(id ?? ""),
            title: title ?? "",
            sources: sources,
            numbering: numbering,
            link: rules.link(root),
            polling: polling,
            limits: limits,
            ranges: root.sections("ranges").compactMap { rules.range($0, limits) },
            fields: fields,
            channels: channels,
            status: root.sections("status").compactMap {
                rules.status($0, isBattery: polling.mostWakeupsPerDay != nil)
            },
            identity: root.sections("identity").compactMap(rules.identity),
            serial: root.text("serial").flatMap { rules.known($0, at: "serial", root) },
            clock: root.section("clock").flatMap { rules.clock($0) },
            denied: root.sections("denied").compactMap(rules.denied),
            examples: root.sections("examples").compactMap {
                ProfileExamples(names: names, places: places, channels: channels).example($0)
            },
            unverified: root.texts("unverified") ?? [],
            edition: edition
        )
        root.finish()
        reportDenied(profile, root)
        guard file.problems.isEmpty else { return nil }
        return canBeRead(profile, root) ? profile : nil
    }

    /// Whether each field fits into a request that the model itself allows.
    private func canBeRead(_ profile: MeterProfile, _ root: Section) -> Bool {
        let planner = RequestPlanner(profile: profile)
        let unreadable = profile.fields.values.filter { !planner.canRead($0) }.map(\.name).sorted()
        let entries = root.section("fields")
        for name in unreadable {
            entries?.problem(
                at: name,
                .other(
                    english: "a field that a request within limits, ranges and denied addresses can bring",
                    japanese: "limits、ranges、denied の範囲内の要求で読める項目"
                ),
                found: name
            )
        }
        return unreadable.isEmpty
    }

    private func reportDenied(_ profile: MeterProfile, _ root: Section) {
        let entries = root.section("fields")
        for field in profile.fields.values.sorted(by: { $0.name < $1.name }) {
            let isDenied = profile.denied.contains {
                $0.function == field.function && $0.addresses.overlaps(ClosedRange(field.addresses))
            }
            guard isDenied else { continue }
            entries?.problem(
                at: field.name,
                .other(english: "no field in a denied range", japanese: "読取禁止範囲の外にある項目"),
                found: field.name
            )
        }
    }
}

/// The names of the fields of a model, against which others are checked.
struct ProfileNames {
    let all: Set<String>

    init(_ all: Set<String>) {
        self.all = all
    }

    /// - Returns: the name, or nil with a problem where the model has no such field.
    func checked(_ name: String, at key: String?, _ section: Section) -> String? {
        guard all.contains(name) else {
            section.problem(at: key, .choice(all.sorted()), found: "'\(name)'")
            return nil
        }
        return name
    }

    /// The field that a required key names.
    func required(_ key: String, _ section: Section) -> String? {
        section.requiredText(key).flatMap { checked($0, at: key, section) }
    }

    /// A code as values are written: hexadecimal numbers become decimal ones.
    static func code(_ text: String) -> String {
        guard text.lowercased().hasPrefix("0x"), let number = UInt64(text.dropFirst(2), radix: 16) else {
            return text
        }
        return String(number)
    }

    static func codes(_ key: String, _ section: Section) -> Set<String> {
        Set((section.texts(key) ?? []).map(code))
    }
}

/// Turns documented addresses into those of the wire.
struct ProfilePlaces {
    let numbering: AddressNumbering

    /// The place that `key` names, with the function beside it.
    func place(_ key: String, _ section: Section) -> (function: ReadFunction, address: Int)? {
        let isFunctionKnown = section.has("function")
        let number = section.integer("function", in: 1...4)
        let function = number.flatMap { ReadFunction(rawValue: UInt8($0)) }
        guard let text = section.requiredText(key) else { return nil }
        // The function is wrong itself; the address is no further mistake.
        if isFunctionKnown, function == nil { return nil }
        if function == nil, numbering != .modicon {
            section.problem(at: "function", .required)
            return nil
        }
        guard let place = numbering.place(ProfileNames.code(text), function: function) else {
            section.problem(at: key, expected)
            return nil
        }
        return place
    }

    /// Two addresses of one table, the first no later than the last.
    func range(_ section: Section) -> (function: ReadFunction, addresses: ClosedRange<Int>)? {
        let from = place("from", section)
        let to = place("to", section)
        guard let from, let to else { return nil }
        guard from.function == to.function, from.address <= to.address else {
            section.problem(
                at: "to",
                .other(english: "an address not before 'from'", japanese: "from 以降のアドレス")
            )
            return nil
        }
        return (from.function, from.address...to.address)
    }

    private var expected: Expectation {
        switch numbering {
        case .pdu: .integer(0...65_535)
        case .number: .integer(1...65_536)
        case .modicon:
            .other(
                english: "a number such as 40001 or 400001, or with its function beside it",
                japanese: "40001 や 400001 のような番号(必要なら function を併記)"
            )
        }
    }
}
