import Decoding
import Metering
import Settings

/// Reads the layout of a company's files; the format is defined in `config/README.md`.
struct LayoutFile {
    private let file: SettingsFile

    init(_ file: SettingsFile) {
        self.file = file
    }

    /// - Returns: nil when something required is missing or wrong; the file has the problems.
    func layout() -> FeedLayout? {
        let root = file.root
        root.checkFormat()
        let id = root.requiredText("id")
        let title = root.requiredText("title")
        let sources = root.texts("sources") ?? []
        if sources.isEmpty {
            root.problem(at: "sources", .other(english: "at least one source", japanese: "一つ以上の出典"))
        }
        let section = root.requiredSection("file")
        let form = section.flatMap(form)
        let name = section.flatMap(name)
        let hasChecksum = section?.choice("checksum", ["none", "sha256"]) == "sha256"
        let isWide = section?.choice("shape", ["long", "wide"]) == "wide"
        section?.finish()
        let rules = LayoutRules(
            form: form,
            isWide: isWide,
            namesDay: name?.description.contains("{date}") ?? false
        )
        let columns = rules.columns(root)
        let hours = rules.hours(root)
        let index = rules.index(root)
        let quality = rules.quality(root)
        let alarms = rules.alarms(root)
        let records = rules.records(root)
        let offset = root.integer("revision_offset", in: 0...1) ?? 0
        let dates = rules.dates(root)
        let digits = root.integer("id_digits", in: 1...30)
        let examples = root.sections("examples").compactMap(LayoutExamples().example)
        root.finish()
        guard file.problems.isEmpty, let id, let title, let form else { return nil }
        return FeedLayout(
            id: FeedLayout.ID(id),
            title: title,
            sources: sources,
            form: form,
            name: name,
            hasChecksum: hasChecksum,
            columns: columns,
            hours: hours,
            index: index,
            quality: quality,
            alarms: alarms,
            records: records,
            revisionOffset: offset,
            dates: dates,
            idDigits: digits,
            examples: examples
        )
    }

    private func form(_ section: Section) -> FeedLayout.Form? {
        let kind = section.choice("kind", ["csv", "xlsx", "json"])
        if !section.has("kind") { section.problem(at: "kind", .required) }
        switch kind {
        case "csv":
            let encoding = section.choice("encoding", TextEncoding.allCases.map(\.rawValue))
            let delimiter = section.choice("delimiter", FeedLayout.Delimiter.allCases.map(\.rawValue))
            return .delimited(
                encoding.flatMap(TextEncoding.init) ?? .utf8,
                delimiter: delimiter.flatMap(FeedLayout.Delimiter.init) ?? .comma,
                headerRow: section.integer("header_row", in: 1...100) ?? 1
            )
        case "xlsx":
            return .workbook(
                sheet: section.text("sheet"),
                headerRow: section.integer("header_row", in: 1...100) ?? 1
            )
        case "json": return .feedPage
        default:
            // Whichever way was meant, its keys are no further mistakes.
            for key in ["encoding", "delimiter", "header_row", "sheet"] { _ = section.has(key) }
            return nil
        }
    }

    private func name(_ section: Section) -> FileNamePattern? {
        guard let text = section.text("name") else { return nil }
        guard let pattern = FileNamePattern(text) else {
            section.problem(
                at: "name",
                .other(
                    english: "a name with {date}, {number} or {any} in it",
                    japanese: "{date}、{number}、{any} を使ったファイル名"
                )
            )
            return nil
        }
        return pattern
    }
}
