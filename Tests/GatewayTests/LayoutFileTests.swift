import Decoding
import Metering
import Settings
import Testing

@testable import Gateway

struct LayoutFileTests {
    private static let text = """
        format: 1
        id: x
        title: 例
        sources: [made up]
        file:
          kind: csv
          encoding: cp932
          name: "W_{date}.csv"
        columns:
          kind: 区分
          meter_id: 番号
          time: 時刻
          index: 値
        index: {unit: m3, scale: 0.1, missing: ["−"]}
        quality: {blank: measured}
        records:
          trailer: {kind: T, column: 値}
        """

    private func read(_ text: String) -> (layout: FeedLayout?, problems: [String]) {
        let file = SettingsFile(text, named: "x.yaml")
        let layout = LayoutFile(file).layout()
        return (layout, file.problems.map { $0.text(in: .english) })
    }

    @Test func `a layout says everything that reading needs`() throws {
        let layout = try #require(read(Self.text).layout)
        #expect(layout.form == .delimited(.cp932, delimiter: .comma, headerRow: 1))
        #expect(layout.columns == [.kind: "区分", .meter: "番号", .time: "時刻", .index: "値"])
        #expect(layout.index.unit == ExactDecimal(coefficient: 100_000))
        #expect(layout.quality.blank == .measured)
        #expect(layout.records.trailer?.pattern == "{count}")
        #expect(layout.dates == Set(DateStyle.allCases))
    }

    @Test(arguments: [
        ("title: 例", "titel: 例", "x.yaml:3:1: titel: expected a known key; did you mean 'title'?"),
        ("sources: [made up]", "sources: []", "x.yaml:4:10: sources: expected at least one source"),
        ("kind: csv", "kind: pdf", "x.yaml:6:9: file.kind: expected one of csv, xlsx, json"),
        ("kind: csv\n  encoding: cp932", "encoding: cp932", "x.yaml:6:3: file.kind: expected a value"),
        (
            "encoding: cp932", "encoding: sjis",
            "x.yaml:7:13: file.encoding: expected one of utf-8, cp932, either"
        ),
        ("W_{date}.csv", "W_{day}.csv", "x.yaml:8:9: file.name: expected a name with {date}"),
        ("  meter_id: 番号\n", "", "x.yaml:10:3: columns.meter_id: expected a value, which is required"),
        ("  time: 時刻\n", "", "x.yaml:10:3: columns.time: expected a value, which is required"),
        ("  index: 値\n", "", "x.yaml:10:3: columns.index: expected a value, which is required"),
        ("W_{date}.csv", "W_{number}.csv", "x.yaml:10:3: columns.day: expected a value, which is required"),
        ("unit: m3", "unit: gallon", "x.yaml:14:15: index.unit: expected one of m3, L, mL"),
        ("scale: 0.1", "scale: -1", "x.yaml:14:26: index.scale: expected a decimal number"),
        ("blank: measured", "blank: good", "x.yaml:15:18: quality.blank: expected one of measured"),
        ("kind: T, column: 値", "kind: T", "x.yaml:17:12: records.trailer.column: expected a value"),
        (
            "column: 値}", "column: 値, count: n}",
            "x.yaml:17:40: records.trailer.count: expected a text with {count}"
        ),
        ("  kind: 区分\n", "", "x.yaml:16:3: records: expected a column for the kind"),
    ])
    func `a mistake is told with line, column and field`(old: String, new: String, problem: String) throws {
        try #require(Self.text.contains(old))
        let (layout, problems) = read(Self.text.replacing(old, with: new, maxReplacements: 1))
        #expect(layout == nil)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    @Test func `hours are asked for where the shape is wide, and only there`() {
        let wide = Self.text.replacing("kind: csv", with: "kind: csv\n  shape: wide", maxReplacements: 1)
        #expect(
            read(wide).problems == ["x.yaml:1:1: hours: expected a value, which is required, found nothing"]
        )
        let hours = "\nhours: {header: \"{hh}時\", first: 1, last: 24}\n"
        #expect(read(wide + hours).layout?.hours?.hours == 1...24)
        #expect(read(Self.text + hours).problems.count == 1)
        #expect(read(wide + hours.replacing("{hh}", with: "h")).problems.count == 1)
    }

    @Test func `examples are a part of a file and its lines`() throws {
        let example = """

            examples:
              - name: one
                origin: printed
                source: page 3
                file: W_20240124.csv
                received_at: 2024-01-25T06:00:00+09:00
                text: "区分"
                readings: [a]
                refused: [2 time]
                file_refused: trailer
            """
        let read = try #require(read(Self.text + example).layout?.examples.first)
        #expect(read.origin == .printed && read.content == .text("区分") && read.readings == ["a"])
        #expect(read.refused == ["2 time"] && read.fileRefused == "trailer")
        let problems = self.read(
            Self.text + example.replacing("origin: printed\n", with: "origin: guessed\n")
        ).problems
        #expect(problems.count == 1)
    }
}
