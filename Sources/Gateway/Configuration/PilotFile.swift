import Decoding
import Metering
import Settings

/// Reads `pilot.yaml`: the installations, each checked against the models, the lines and the others.
struct PilotFile {
    private let file: SettingsFile
    private let models: [MeterProfile.ID: MeterProfile]
    private let brokenModels: Set<MeterProfile.ID>
    private let lines: Set<Path.ID>?
    /// The folders of the configuration; nil where they are not known.
    let folders: Set<Path.ID>?

    /// - Parameters:
    ///   - file: the file.
    ///   - models: the models whose files are right.
    ///   - brokenModels: those whose files are not; naming one of them is no further mistake.
    ///   - lines: the lines of the configuration; nil where it is wrong itself and they are not known.
    ///   - folders: its folders of files; nil likewise.
    init(
        _ file: SettingsFile,
        models: [MeterProfile],
        brokenModels: Set<MeterProfile.ID>,
        lines: [Path.ID]?,
        folders: [Path.ID]? = nil
    ) {
        self.file = file
        self.brokenModels = brokenModels
        self.models = Dictionary(models.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.lines = lines.map(Set.init)
        self.folders = folders.map(Set.init)
    }

    func installations() -> [Installation] {
        let root = file.root
        root.checkFormat()
        var seen = Seen()
        let installations = root.sections("installations").compactMap { section -> Installation? in
            let second = section.section("second")
            let installation = installation(section, second: second)
            section.finish()
            if let installation { seen.check(installation, in: section, second: second) }
            return installation
        }
        seen.checkNumbers()
        root.finish()
        return installations
    }

    private func installation(_ section: Section, second: Section?) -> Installation? {
        let point = point(section)
        let dial = dial(section)
        let meterID = section.requiredText("meter")
        let expiry = month(section)
        let isBillable = section.flag("billable") ?? true
        let isWired = section.has("line")
        let source = isWired ? line(section, dial: dial) : feed(section)
        let other = second.flatMap {
            SecondWaySection(section: $0, file: self).way(dial: dial, meter: meterID, beside: source)
        }
        guard let point, let dial, let meterID, let source else { return nil }
        return Installation(
            point: point,
            meter: Meter(id: Meter.ID(meterID), dial: dial, verifiedUntil: expiry, isBillable: isBillable),
            source: source,
            second: other
        )
    }

    private func point(_ section: Section) -> ServicePoint? {
        let id = section.requiredText("service_point")
        let bore = section.requiredInteger("calibre_mm", in: 10...400)
        let use = section.requiredText("use_class")
        let area = section.text("area") ?? ""
        let isVacant = section.flag("vacant") ?? false
        guard let id, let bore, let use else { return nil }
        return ServicePoint(
            id: ServicePoint.ID(id),
            calibre: Calibre(millimetres: bore),
            useClass: UseClass(use),
            area: area,
            isVacant: isVacant
        )
    }

    private func dial(_ section: Section) -> Dial? {
        guard let dial = section.requiredSection("dial") else { return nil }
        let capacity = dial.requiredInteger("capacity_m3", in: 1...100_000_000)
        let resolution = dial.integer("resolution_l", in: 1...1_000) ?? 1
        dial.finish()
        guard let capacity else { return nil }
        guard capacity * 1_000 % resolution == 0 else {
            dial.problem(
                at: "resolution_l",
                .other(english: "a part of the capacity without remainder", japanese: "容量を割り切る値")
            )
            return nil
        }
        return Dial(capacity: .cubicMetres(Int64(capacity)), resolution: .litres(Int64(resolution)))
    }

    private func month(_ section: Section) -> LocalMonth? {
        guard let text = section.text("verified_until") else { return nil }
        guard let month = LocalMonth(text) else {
            section.problem(
                at: "verified_until",
                .other(english: "a month such as 2031-03", japanese: "2031-03 のような年月")
            )
            return nil
        }
        return month
    }

    private func feed(_ section: Section) -> Installation.Source? {
        guard let meter = section.text("feed_meter") else {
            section.problem(
                at: "feed_meter",
                .other(english: "either a line or a feed_meter", japanese: "line か feed_meter のどちらか")
            )
            return nil
        }
        return .feed(Meter.ID(meter))
    }

    func line(_ section: Section, dial: Dial?) -> Installation.Source? {
        let path = section.text("line").map { Path.ID($0) }
        let unit = section.requiredInteger("unit", in: 1...247)
        let model = section.requiredText("model").map { MeterProfile.ID($0) }
        let channel = section.integer("channel", in: 1...64) ?? 1
        let litres = decimal("litres_per_count", section)
        let offset = section.integer("dial_offset_l", in: 0...1_000_000_000) ?? 0
        let order = byteOrder(section)
        let pollSeconds = section.integer("poll_seconds", in: 1...86_400)
        let serial = section.text("unit_serial")
        if let path, let lines, !lines.contains(path) {
            section.problem(at: "line", .choice(lines.map(\.rawValue).sorted()))
        }
        guard let path, let unit, let model, let dial, fits(model, channel, litres, order, section) else {
            return nil
        }
        return .line(
            Installation.Wiring(
                path: path,
                unit: UInt8(unit),
                channel: channel,
                model: model,
                site: SiteConversion(
                    dial: dial,
                    litresPerCount: litres,
                    dialOffset: .litres(Int64(offset)),
                    byteOrder: order
                ),
                pollSeconds: pollSeconds,
                serial: serial
            )
        )
    }

    private func byteOrder(_ section: Section) -> ByteOrder? {
        guard let text = section.text("byte_order") else { return nil }
        guard let order = ByteOrder(text) else {
            section.problem(
                at: "byte_order",
                .other(
                    english: "big, little, dcba, badc, or weights such as 1-0-3-2",
                    japanese: "big、little、dcba、badc、または 1-0-3-2 のような順序"
                )
            )
            return nil
        }
        return order
    }

    private func fits(
        _ id: MeterProfile.ID,
        _ channel: Int,
        _ litres: ExactDecimal?,
        _ order: ByteOrder?,
        _ section: Section
    ) -> Bool {
        guard let model = models[id] else {
            if !brokenModels.contains(id) {
                section.problem(at: "model", .choice(models.keys.map(\.rawValue).sorted()))
            }
            return false
        }
        guard let expression = model.channels[channel]?.index else {
            section.problem(
                at: "channel",
                .choice(model.channels.keys.sorted().map(String.init)),
                found: "'\(channel)'"
            )
            return false
        }
        guard expression.unit != .site || litres != nil else {
            section.problem(at: "litres_per_count", .required)
            return false
        }
        let ordered = model.fields.values.filter { $0.order == .site }
        guard let order else {
            if !ordered.isEmpty { section.problem(at: "byte_order", .required) }
            return ordered.isEmpty
        }
        guard ordered.allSatisfy({ order.fits(registers: $0.type.registerCount) }) else {
            section.problem(
                at: "byte_order",
                .other(english: "weights of as many bytes as the fields have", japanese: "項目のバイト数と同じ数の順序")
            )
            return false
        }
        return true
    }

    private func decimal(_ key: String, _ section: Section) -> ExactDecimal? {
        guard let text = section.decimal(key) else { return nil }
        guard let value = ExactDecimal(text), value.coefficient > 0 else {
            section.problem(at: key, .other(english: "a decimal number above zero", japanese: "正の小数"))
            return nil
        }
        return value
    }

    /// What other installations have taken already.
    private struct Seen {
        private var points: Set<ServicePoint.ID> = []
        private var meters: Set<Meter.ID> = []
        private var places: Set<String> = []
        private var models: [String: MeterProfile.ID] = [:]
        private var ways: [String: Installation.Wiring] = [:]
        private var numbers: [(number: Meter.ID, point: ServicePoint.ID, section: Section)] = []
        private var hung: [Meter.ID: ServicePoint.ID] = [:]

        mutating func check(_ installation: Installation, in section: Section, second: Section?) {
            if !points.insert(installation.point.id).inserted {
                section.problem(at: "service_point", .once, found: "'\(installation.point.id)' again")
            }
            if !meters.insert(installation.meter.id).inserted {
                section.problem(at: "meter", .once, found: "'\(installation.meter.id)' again")
            }
            hung[installation.meter.id] = installation.point.id
            check(installation.source, in: section)
            guard let source = installation.second?.source, let second else { return }
            check(source, in: second)
            if case .feed(let number) = source {
                numbers.append((number, installation.point.id, second))
            }
        }

        private mutating func check(_ source: Installation.Source, in section: Section) {
            switch source {
            case .line(let wiring): check(wiring, in: section)
            case .feed(let meter):
                if !places.insert("feed \(meter)").inserted {
                    section.problem(at: "feed_meter", .once, found: "'\(meter)' again")
                }
            case .files: break
            }
        }

        /// A second way's number that another point's meter bears would bring one meter's index to two points.
        func checkNumbers() {
            for (number, point, section) in numbers {
                guard let other = hung[number], other != point else { continue }
                section.problem(
                    at: "feed_meter",
                    .other(
                        english: "the number of the meter of \(point); \(number) hangs at \(other)",
                        japanese: "\(point) の計器の番号 (\(number) は \(other) の計器)"
                    )
                )
            }
        }

        private mutating func check(_ wiring: Installation.Wiring, in section: Section) {
            let unit = "\(wiring.path) \(wiring.unit)"
            if !places.insert("\(unit) \(wiring.channel)").inserted {
                section.problem(
                    at: "channel",
                    .once,
                    found: "unit \(wiring.unit) channel \(wiring.channel) again"
                )
            }
            let model = models[unit, default: wiring.model]
            models[unit] = model
            if model != wiring.model {
                section.problem(
                    at: "model",
                    .other(
                        english: "one model for unit \(wiring.unit): \(model)",
                        japanese: "機器 \(wiring.unit) に一つの機種: \(model)"
                    )
                )
            }
            let first = ways[unit, default: wiring]
            ways[unit] = first
            for (key, isSame) in [
                ("poll_seconds", first.pollSeconds == wiring.pollSeconds),
                ("unit_serial", first.serial == wiring.serial),
            ] where !isSame {
                section.problem(
                    at: key,
                    .other(
                        english: "the same for all of unit \(wiring.unit)",
                        japanese: "機器 \(wiring.unit) の全計器で同じ値"
                    )
                )
            }
        }
    }
}
