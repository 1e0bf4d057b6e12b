import Decoding
import Settings

/// Reads the fields of a meter model.
struct ProfileFields {
    let names: ProfileNames
    let places: ProfilePlaces

    func fields(_ root: Section) -> [String: RegisterField] {
        guard let section = root.requiredSection("fields") else { return [:] }
        var fields: [String: RegisterField] = [:]
        for name in section.keys {
            guard let entry = section.section(name) else { continue }
            if let field = field(name, entry) { fields[name] = field }
            entry.finish()
        }
        reportOverlaps(fields, section)
        return fields
    }

    private func field(_ name: String, _ section: Section) -> RegisterField? {
        let place = places.place("address", section)
        let type = type(section)
        let order = order(section, type)
        let cut = type.flatMap { self.cut(section, $0) }
        let invalid = (section.texts("invalid") ?? []).compactMap { self.badValue($0, section) }
        guard let place, let type, let order else { return nil }
        guard place.function.readsBits == (type == .bit) else {
            section.problem(
                at: "type",
                .other(
                    english: "bit with functions 1 and 2, registers with 3 and 4",
                    japanese: "機能1・2では bit、3・4ではレジスタ型"
                )
            )
            return nil
        }
        guard place.address + type.registerCount <= 65_536 else {
            section.problem(
                at: "address",
                .other(english: "registers up to PDU address 65,535", japanese: "PDUアドレス65,535までのレジスタ")
            )
            return nil
        }
        return RegisterField(
            name: name,
            function: place.function,
            address: UInt16(place.address),
            type: type,
            order: order,
            cut: cut,
            invalid: invalid
        )
    }

    private func type(_ section: Section) -> RegisterType? {
        guard let name = section.requiredText("type") else { return nil }
        guard let type = RegisterType(name) else {
            section.problem(at: "type", .choice(RegisterType.names))
            return nil
        }
        return type
    }

    /// A word, or a section that names the register that says it.
    private func order(_ section: Section, _ type: RegisterType?) -> FieldOrder? {
        guard section.has("order") else { return .fixed(.big) }
        guard section.isText("order") else {
            guard let entry = section.section("order") else { return nil }
            defer { entry.finish() }
            guard let field = names.required("field", entry), let table = entry.requiredSection("codes")
            else {
                return nil
            }
            var orders: [String: ByteOrder] = [:]
            for key in table.keys {
                if let order = fixedOrder(key, table, type) { orders[ProfileNames.code(key)] = order }
            }
            return .register(field: field, orders: orders)
        }
        if section.text("order") == "site" { return .site }
        return fixedOrder("order", section, type).map(FieldOrder.fixed)
    }

    private func fixedOrder(_ key: String, _ section: Section, _ type: RegisterType?) -> ByteOrder? {
        guard let text = section.text(key) else { return nil }
        guard let order = ByteOrder(text), type.map({ order.fits(registers: $0.registerCount) }) ?? true
        else {
            section.problem(
                at: key,
                .other(
                    english:
                        "big, little, dcba, badc, site, or the weights of the type's bytes such as 1-0-3-2",
                    japanese: "big、little、dcba、badc、site、または 1-0-3-2 のような型のバイト数分の順序"
                )
            )
            return nil
        }
        return order
    }

    private func cut(_ section: Section, _ type: RegisterType) -> BitCut? {
        guard let entry = section.section("bits") else { return nil }
        defer { entry.finish() }
        let width = type.registerCount * 16
        guard type.hasBits, type != .bit else {
            section.problem(at: "bits", .other(english: "bits of a whole number", japanese: "整数型のビット"))
            return nil
        }
        let from = entry.requiredInteger("from", in: 0...width - 1)
        let count = entry.requiredInteger("count", in: 1...width - (from ?? 0))
        guard let from, let count else { return nil }
        return BitCut(from: from, count: count)
    }

    private func badValue(_ text: String, _ section: Section) -> BadValue? {
        if text.lowercased().hasPrefix("0x"), let bits = UInt64(text.dropFirst(2), radix: 16) {
            return .pattern(bits)
        }
        guard Double(text) != nil || text == "nan" else {
            section.problem(
                at: "invalid",
                .other(english: "numbers, or patterns such as 0xFFFF", japanese: "数値、または 0xFFFF のようなビット列"),
                found: "'\(text)'"
            )
            return nil
        }
        return .number(text)
    }

    /// Two values over the same bits are a mistake in one of the addresses; parts of a register may lie side by side.
    private func reportOverlaps(_ fields: [String: RegisterField], _ section: Section) {
        let ordered = fields.values.sorted {
            ($0.function.rawValue, $0.address, $0.name) < ($1.function.rawValue, $1.address, $1.name)
        }
        for (position, field) in ordered.enumerated() {
            for other in ordered[..<position] where other.function == field.function {
                guard other.addresses.overlaps(field.addresses), !(other.isPart && field.isPart) else {
                    continue
                }
                section.problem(
                    at: field.name,
                    .other(
                        english: "registers of its own, or bits of them",
                        japanese: "他の項目と重ならないレジスタ、またはその一部のビット"
                    ),
                    found: "the registers of '\(other.name)'"
                )
            }
        }
    }
}

extension RegisterField {
    /// Whether it leaves bits of its registers to others.
    fileprivate var isPart: Bool {
        cut != nil || type == .uint8 || type == .int8 || type == .uint24 || type == .int24
    }
}
