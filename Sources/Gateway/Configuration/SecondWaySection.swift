import Decoding
import Metering
import Settings

/// Reads `second` of an installation: the other way by which the same meter's index comes in.
struct SecondWaySection {
    let section: Section
    let file: PilotFile

    /// - Parameters:
    ///   - dial: the meter's.
    ///   - meter: its number.
    ///   - first: the first way.
    /// - Returns: nil where something is wrong with it, which is noted.
    func way(dial: Dial?, meter: String?, beside first: Installation.Source?) -> Installation.SecondWay? {
        let named = section.text("meter")
        let litres = section.integer("resolution_l", in: 1...1_000)
        let source = source(dial)
        section.finish()
        if let named, let meter, named != meter {
            section.problem(
                at: "meter",
                .other(
                    english: "\(meter), the same meter as by the first way",
                    japanese: "第一経路と同じ計器 \(meter)"
                ),
                found: "'\(named)'"
            )
        }
        guard let source, let dial else { return nil }
        if let first { check(source, beside: first) }
        return Installation.SecondWay(source: source, resolution: resolution(litres, source, dial))
    }

    private func source(_ dial: Dial?) -> Installation.Source? {
        if section.has("line") { return file.line(section, dial: dial) }
        if let meter = section.text("feed_meter") { return .feed(Meter.ID(meter)) }
        guard let folder = section.text("files").map({ Path.ID($0) }) else {
            section.problem(
                at: nil,
                .other(
                    english: "one of line, feed_meter and files",
                    japanese: "line、feed_meter、files のいずれか"
                )
            )
            return nil
        }
        if let folders = file.folders, !folders.contains(folder) {
            section.problem(at: "files", .choice(folders.map(\.rawValue).sorted()))
        }
        return .files(folder)
    }

    /// A second way has to be another one: what fails with the first fills no gap.
    private func check(_ source: Installation.Source, beside first: Installation.Source) {
        switch (first, source) {
        case (.feed, .feed):
            section.problem(
                at: "feed_meter",
                .other(
                    english: "another way than the first, which is the feed already",
                    japanese: "共同検針以外の経路 (第一経路が共同検針です)"
                )
            )
        case (.line(let one), .line(let other)) where one.path == other.path && one.unit == other.unit:
            section.problem(
                at: "unit",
                .other(
                    english: "another unit than \(one.unit), by which the first way goes",
                    japanese: "第一経路の機器 \(one.unit) 以外の機器"
                )
            )
        default: break
        }
    }

    /// As told; else the litres of a count, and never less than the dial's own step.
    private func resolution(_ litres: Int?, _ source: Installation.Source, _ dial: Dial) -> Volume {
        let step: Volume
        if let litres {
            step = .litres(Int64(litres))
        } else {
            let count = source.wiring?.site.litresPerCount?.rounded(toUnitsOf: -3)
            step = max(dial.resolution, .millilitres(count ?? 0))
        }
        if step >= dial.capacity || step <= .zero || dial.capacity.millilitres % step.millilitres != 0 {
            section.problem(
                at: litres == nil ? "litres_per_count" : "resolution_l",
                .other(english: "a part of the dial's capacity without remainder", japanese: "指針の容量を割り切る値")
            )
        }
        return step
    }
}
