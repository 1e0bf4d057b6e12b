import Decoding
import Metering
import Settings

/// Reads the examples of a meter model: registers, and what they must decode to.
struct ProfileExamples {
    let names: ProfileNames
    let places: ProfilePlaces
    let channels: [Int: MeterChannel]

    func example(_ section: Section) -> ProfileExample? {
        let name = section.requiredText("name")
        let origins = ProfileExample.Origin.allCases.map(\.rawValue)
        let origin = section.choice("origin", origins).flatMap(ProfileExample.Origin.init)
        if !section.has("origin") { section.problem(at: "origin", .required) }
        _ = section.text("source")
        let image = image(section)
        let values = values(section)
        let indexes = indexes(section)
        let flows = flows(section)
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
            flows: flows,
            status: status,
            site: site
        )
    }

    private func image(_ section: Section) -> RegisterImage {
        var image = RegisterImage()
        for block in section.sections("registers") {
            let place = places.place("address", block)
            let words = block.integers("values", in: 0...65_535) ?? []
            block.finish()
            guard let place else { continue }
            guard place.address + words.count <= 65_536 else {
                block.problem(
                    at: "values",
                    .other(english: "registers up to 65,535", japanese: "65,535 までのレジスタ")
                )
                continue
            }
            for (offset, word) in words.enumerated() {
                image.set(place.function, place.address + offset, to: UInt16(word))
            }
        }
        return image
    }

    /// `none` says that the field must hold no value.
    private func values(_ section: Section) -> [String: String?] {
        guard let entries = section.section("values") else { return [:] }
        var values: [String: String?] = [:]
        for name in entries.keys where names.checked(name, at: name, entries) != nil {
            guard let text = entries.text(name) else { continue }
            values[name] = .some(text == "none" ? nil : text)
        }
        return values
    }

    private func indexes(_ section: Section) -> [Int: ProfileExample.ExpectedIndex] {
        guard let entries = section.section("index_ml") else { return [:] }
        var indexes: [Int: ProfileExample.ExpectedIndex] = [:]
        for key in entries.keys {
            guard let channel = Int(key), channels[channel] != nil, let text = entries.text(key),
                let expected = expected(text)
            else {
                entries.problem(
                    at: key,
                    .other(
                        english: "a channel with millilitres, withheld or none",
                        japanese: "チャネルと、ミリリットル、withheld、none のいずれか"
                    )
                )
                continue
            }
            indexes[channel] = expected
        }
        return indexes
    }

    private func expected(_ text: String) -> ProfileExample.ExpectedIndex? {
        switch text {
        case "withheld": .withheld
        case "none": ProfileExample.ExpectedIndex.none
        default: Int64(text).map(ProfileExample.ExpectedIndex.millilitres)
        }
    }

    private func flows(_ section: Section) -> [Int: Int64] {
        guard let entries = section.section("flow_ml_per_hour") else { return [:] }
        var flows: [Int: Int64] = [:]
        for key in entries.keys {
            guard let channel = Int(key), channels[channel]?.flow != nil else {
                entries.problem(
                    at: key,
                    .other(english: "a channel with a flow", japanese: "流量を持つチャネル")
                )
                continue
            }
            flows[channel] = entries.integer(key, in: Int.min...Int.max).map(Int64.init)
        }
        entries.finish()
        return flows
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
        let order = entry?.choice("byte_order", ByteOrder.named.map(\.name)).flatMap { ByteOrder($0) }
        entry?.finish()
        return SiteConversion(
            dial: Dial(capacity: .cubicMetres(Int64(capacity)), resolution: .millilitres(1)),
            litresPerCount: litres,
            dialOffset: .litres(Int64(offset)),
            byteOrder: order
        )
    }
}
