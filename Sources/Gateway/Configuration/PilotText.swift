import Decoding
import Metering

/// Writes installations as `pilot.yaml` has them: what is read back says the same.
public enum PilotText {
    /// - Parameter installations: what the register says, and how each index comes in.
    /// - Returns: a whole file.
    public static func text(_ installations: [Installation]) -> String {
        let entries = installations.map(entry).joined()
        return "# The register, as it was exported. The format is defined in meters/README.md.\nformat: 1\n\n"
            + (installations.isEmpty ? "installations: []\n" : "installations:\n" + entries)
    }

    private static func entry(_ installation: Installation) -> String {
        let (point, meter) = (installation.point, installation.meter)
        var lines = [
            ("service_point", quoted(point.id.rawValue)),
            ("calibre_mm", "\(point.calibre.millimetres)"),
            ("use_class", quoted(point.useClass.name)),
        ]
        if !point.area.isEmpty { lines.append(("area", quoted(point.area))) }
        if point.isVacant { lines.append(("vacant", "true")) }
        lines.append(("meter", quoted(meter.id.rawValue)))
        lines += source(installation.source)
        if let second = installation.second {
            // A step of parts of a litre is that of a count, and is told by `litres_per_count`.
            let isWhole = second.resolution.millilitres % 1_000 == 0
            let step = isWhole ? [("resolution_l", "\(second.resolution.roundedLitres)")] : []
            let keys = (source(second.source) + step).map { "\($0.0): \($0.1)" }
            lines.append(("second", "{" + keys.joined(separator: ", ") + "}"))
        }
        let capacity = meter.dial.capacity.wholeCubicMetres
        let resolution = meter.dial.resolution.roundedLitres
        lines.append(("dial", "{capacity_m3: \(capacity), resolution_l: \(resolution)}"))
        if let month = meter.verifiedUntil { lines.append(("verified_until", month.description)) }
        lines.append(("billable", "\(meter.isBillable)"))
        return lines.enumerated().map { number, line in
            (number == 0 ? "  - " : "    ") + "\(line.0): \(line.1)\n"
        }.joined()
    }

    private static func source(_ source: Installation.Source) -> [(String, String)] {
        switch source {
        case .feed(let meter): return [("feed_meter", quoted(meter.rawValue))]
        case .files(let folder): return [("files", quoted(folder.rawValue))]
        case .line(let wiring):
            var lines = [
                ("line", quoted(wiring.path.rawValue)),
                ("unit", "\(wiring.unit)"),
                ("model", quoted(wiring.model.rawValue)),
                ("channel", "\(wiring.channel)"),
            ]
            let site = wiring.site
            if let litres = site.litresPerCount { lines.append(("litres_per_count", litres.description)) }
            if site.dialOffset != .zero {
                lines.append(("dial_offset_l", "\(site.dialOffset.roundedLitres)"))
            }
            if let order = site.byteOrder { lines.append(("byte_order", quoted(order.name))) }
            if let seconds = wiring.pollSeconds { lines.append(("poll_seconds", "\(seconds)")) }
            if let serial = wiring.serial { lines.append(("unit_serial", quoted(serial))) }
            return lines
        }
    }

    /// Between double quotes, so that leading zeros, colons and words such as `no` stay text.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            case "\t": "\\t"
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}
