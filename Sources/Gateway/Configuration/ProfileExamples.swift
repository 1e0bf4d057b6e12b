import Decoding
import Metering
import Settings

/// Reads the examples of a meter model: registers, and what they must decode to.
struct ProfileExamples {
    let names: Set<String>
    let channels: [Int: IndexExpression]

    func example(_ section: Section) -> ProfileExample? {
        let name = section.requiredText("name")
        let origins = ProfileExample.Origin.allCases.map(\.rawValue)
        let origin = section.choice("origin", origins).flatMap(ProfileExample.Origin.init)
        if !section.has("origin") { section.problem(at: "origin", .required) }
        _ = section.text("source")
        let image = image(section)
        let values = values(section)
        let indexes = indexes(section)
        let status = status(section)
        let site = site(section)
        section.finish()
        guard let name, let origin else { return nil }
        return ProfileExample(
            name: name,
            origin: origin,
            image: image,
            fields: values,
            indexes: indexes,
            status: status,
            site: site
        )
    }

    private func image(_ section: Section) -> RegisterImage {
        var image = RegisterImage()
        for block in section.sections("registers") {
            let function = block.requiredInteger("function", in: 1...4).flatMap {
                ReadFunction(rawValue: UInt8($0))
            }
            let address = block.requiredInteger("address", in: 0...65_535)
            let words = block.integers("values", in: 0...65_535) ?? []
            block.finish()
            guard let function, let address else { continue }
            guard address + words.count <= 65_536 else {
                block.problem(
                    at: "values",
                    .other(english: "registers up to 65,535", japanese: "65,535 までのレジスタ")
                )
                continue
            }
            for (offset, word) in words.enumerated() {
                image.set(function, address + offset, to: UInt16(word))
            }
        }
        return image
    }

    private func values(_ section: Section) -> [String: String] {
        guard let entries = section.section("values") else { return [:] }
        var values: [String: String] = [:]
        for name in entries.keys {
            guard names.contains(name) else {
                entries.problem(at: name, .choice(names.sorted()), found: "'\(name)'")
                continue
            }
            values[name] = entries.text(name)
        }
        return values
    }

    private func indexes(_ section: Section) -> [Int: Int64?] {
        guard let entries = section.section("index_ml") else { return [:] }
        var indexes: [Int: Int64?] = [:]
        for key in entries.keys {
            guard let channel = Int(key), channels[channel] != nil, let text = entries.text(key),
                text == "withheld" || Int64(text) != nil
            else {
                entries.problem(
                    at: key,
                    .other(
                        english: "a channel with millilitres or withheld",
                        japanese: "チャネルと、ミリリットルか withheld"
                    )
                )
                continue
            }
            indexes[channel] = .some(Int64(text))
        }
        return indexes
    }

    private func status(_ section: Section) -> MeterStatus? {
        guard let names = section.texts("status") else { return nil }
        return names.reduce(into: MeterStatus()) { flags, name in
            guard let flag = MeterStatus.names.first(where: { $0.name == name })?.flag else {
                section.problem(at: "status", .choice(MeterStatus.names.map(\.name)), found: "'\(name)'")
                return
            }
            flags.insert(flag)
        }
    }

    /// The dial of the example; one of 100,000,000 m3 unless it names another.
    private func site(_ section: Section) -> SiteConversion {
        let entry = section.section("site")
        let capacity = entry?.integer("capacity_m3", in: 1...100_000_000) ?? 100_000_000
        let offset = entry?.integer("dial_offset_l", in: 0...1_000_000_000) ?? 0
        let litres = entry?.decimal("litres_per_count").flatMap { ExactDecimal($0) }
        entry?.finish()
        return SiteConversion(
            dial: Dial(capacity: .cubicMetres(Int64(capacity)), resolution: .millilitres(1)),
            litresPerCount: litres,
            dialOffset: .litres(Int64(offset))
        )
    }
}
