import Metering

/// Reads the cells of one row after the other.
struct LayoutCells {
    private static let indexes: Range<Int64> = 0..<1_000_000_000_000_000

    private let layout: FeedLayout
    private let day: LocalDay?
    private let receivedAt: Instant
    private let isFrom1904: Bool
    private let columnCount: Int
    /// Whether cells at the end of a row may be left out, as spreadsheets do.
    private let mayBeShort: Bool
    private let positions: [String: Int]

    /// What a row is.
    enum Kind {
        case data
        case trailer
        case ignored
        case unknown(String)
    }

    /// What all values of a row share.
    struct Head {
        let meter: Meter.ID?
        let point: ServicePoint.ID?
        let day: LocalDay?
        let quality: FeedLayout.QualityRule.Verdict
        let status: MeterStatus
        let revision: Int
        let delivered: Instant
    }

    init(_ layout: FeedLayout, _ table: FeedTable, day: LocalDay?, receivedAt: Instant) throws(FileRefusal) {
        self.layout = layout
        self.day = day
        self.receivedAt = receivedAt
        isFrom1904 = table.isFrom1904
        columnCount = table.header.count
        mayBeShort = table.sheet != nil
        var positions: [String: Int] = [:]
        for name in layout.headers {
            let found = table.header.indices.filter { table.header[$0] == JapaneseDate.narrow(name) }
            guard found.count == 1, let position = found.first else {
                throw FileRefusal(
                    line: table.headerLine,
                    field: name,
                    expected: "one column of this name",
                    found: "\(found.count)"
                )
            }
            positions[name] = position
        }
        self.positions = positions
    }

    /// The cell under a header; nil where the row is shorter.
    func cell(_ header: String, _ row: FeedTable.Row) -> TableCell? {
        guard let position = positions[header], position < row.cells.count else { return nil }
        return row.cells[position]
    }

    func kind(of row: FeedTable.Row) -> Kind {
        let rule = layout.records
        guard layout.columns[.kind] != nil else { return .data }
        let kind = text(.kind, row)
        if kind == rule.trailer?.kind { return .trailer }
        if rule.ignored.contains(kind) { return .ignored }
        return rule.data.isEmpty || rule.data.contains(kind) ? .data : .unknown(kind)
    }

    func head(of row: FeedTable.Row) throws(CellRefusal) -> Head {
        guard row.cells.count == columnCount || (mayBeShort && row.cells.count < columnCount) else {
            throw CellRefusal("row", "\(columnCount) cells", "\(row.cells.count)")
        }
        let meter = try id(.meter, row)
        let point = try id(.point, row)
        guard meter != nil || point != nil else {
            let field: FeedLayout.Field = layout.columns[.meter] == nil ? .point : .meter
            throw CellRefusal(field.rawValue, "a text", "")
        }
        return Head(
            meter: meter.map { Meter.ID($0) },
            point: point.map { ServicePoint.ID($0) },
            day: layout.columns[.stamp] == nil ? try measuringDay(row) : nil,
            quality: try quality(row),
            status: layout.alarms.status(text(.alarms, row)),
            revision: try revision(row),
            delivered: try delivered(row)
        )
    }

    /// The one value of a row, or that of each hour; nil for what is missing.
    func values(of row: FeedTable.Row, _ head: Head) -> [Result<FileReading?, CellRefusal>] {
        guard let hours = layout.hours else {
            guard let header = layout.columns[.index] else { return [] }
            return [value(header, row, head) { () throws(CellRefusal) in try stamp(row, head) }]
        }
        return hours.hours.map { hour in
            value(hours.header(of: hour), row, head) { () throws(CellRefusal) in
                guard let day = head.day else { throw CellRefusal("day", "a date", "") }
                return day.start + Int64(hour) * 3_600
            }
        }
    }

    private func value(
        _ header: String,
        _ row: FeedTable.Row,
        _ head: Head,
        at: () throws(CellRefusal) -> Instant
    ) -> Result<FileReading?, CellRefusal> {
        do throws(CellRefusal) {
            let at = try at()
            guard let quality = head.quality.quality, let index = try index(header, row) else {
                return .success(nil)
            }
            try check(at, head)
            return .success(
                FileReading(
                    place: "",
                    meter: head.meter,
                    point: head.point,
                    at: at,
                    index: index,
                    quality: quality,
                    status: head.status,
                    revision: head.revision,
                    deliveredAt: head.delivered
                )
            )
        } catch {
            return .failure(error)
        }
    }
}

// Single cells.
extension LayoutCells {
    private func text(_ field: FeedLayout.Field, _ row: FeedTable.Row) -> String {
        layout.columns[field].flatMap { cell($0, row) }?.text ?? ""
    }

    /// An id is a text; a number has lost its leading zeros, which only a known length brings back.
    private func id(_ field: FeedLayout.Field, _ row: FeedTable.Row) throws(CellRefusal) -> String? {
        guard let header = layout.columns[field], let cell = cell(header, row), !cell.text.isEmpty else {
            return nil
        }
        guard case .number(let digits) = cell else { return cell.text }
        guard let length = layout.idDigits, digits.allSatisfy({ "0"..."9" ~= $0 }), digits.count <= length
        else { throw CellRefusal(field.rawValue, "a text, not a number", digits) }
        return String(repeating: "0", count: length - digits.count) + digits
    }

    private func measuringDay(_ row: FeedTable.Row) throws(CellRefusal) -> LocalDay {
        guard let header = layout.columns[.day] else {
            guard let day else { throw CellRefusal("day", "a date in the file's name", "") }
            return day
        }
        let cell = cell(header, row)
        if case .number(let number) = cell, layout.dates.contains(.serial), let serial = Int(number),
            let day = SpreadsheetDate(isFrom1904: isFrom1904).day(serial)
        {
            return day
        }
        guard let day = JapaneseDate.day(cell?.text ?? "", layout.dates) else {
            throw CellRefusal("day", "a date", cell?.text ?? "")
        }
        return day
    }

    private func stamp(_ row: FeedTable.Row, _ head: Head) throws(CellRefusal) -> Instant {
        if let header = layout.columns[.stamp] { return try instant(.stamp, cell(header, row)) }
        guard let header = layout.columns[.time], let day = head.day else {
            throw CellRefusal("time", "a time", "")
        }
        let cell = cell(header, row)
        if case .number(let number) = cell,
            let seconds = SpreadsheetDate(isFrom1904: isFrom1904).secondsOfDay(number)
        {
            return day.start + seconds
        }
        guard let seconds = JapaneseDate.secondsOfDay(cell?.text ?? "") else {
            throw CellRefusal("time", "a time from 0:00 to 24:00", cell?.text ?? "")
        }
        return day.start + seconds
    }

    private func instant(_ field: FeedLayout.Field, _ cell: TableCell?) throws(CellRefusal) -> Instant {
        if case .number(let number) = cell, layout.dates.contains(.serial),
            let instant = SpreadsheetDate(isFrom1904: isFrom1904).instant(number)
        {
            return instant
        }
        guard let instant = JapaneseDate.instant(cell?.text ?? "", layout.dates) else {
            throw CellRefusal(field.rawValue, "a date and a time", cell?.text ?? "")
        }
        return instant
    }

    /// Nil for an empty cell and for a word that says so: missing, never zero.
    private func index(_ header: String, _ row: FeedTable.Row) throws(CellRefusal) -> Volume? {
        let text = cell(header, row)?.text ?? ""
        guard !text.isEmpty, !layout.index.missing.contains(text) else { return nil }
        let field = layout.hours == nil ? "index" : header
        guard let number = LayoutCells.number(text),
            let millilitres = number.multiplied(by: layout.index.unit)?.rounded(toUnitsOf: 0),
            LayoutCells.indexes.contains(millilitres)
        else { throw CellRefusal(field, "a number from 0", text) }
        return .millilitres(millilitres)
    }

    /// `1234567`, `1234.567`, and with the thousands parted `1,234,567`.
    private static func number(_ text: String) -> ExactDecimal? {
        guard text.contains(",") else { return ExactDecimal(text) }
        let whole = text.prefix { $0 != "." }.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = whole.first, (1...3).contains(first.count),
            whole.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        return ExactDecimal(text.replacing(",", with: ""))
    }

    private func quality(_ row: FeedTable.Row) throws(CellRefusal) -> FeedLayout.QualityRule.Verdict {
        guard layout.columns[.quality] != nil else { return .measured }
        let code = text(.quality, row)
        let verdict = code.isEmpty ? layout.quality.blank : layout.quality.codes[code]
        guard let verdict else {
            let known = layout.quality.codes.keys.sorted().joined(separator: ", ")
            throw CellRefusal("quality", "one of \(known)", code)
        }
        return verdict
    }

    private func revision(_ row: FeedTable.Row) throws(CellRefusal) -> Int {
        guard layout.columns[.revision] != nil else { return 1 }
        let text = text(.revision, row)
        guard let number = Int(text), (1...1_000_000).contains(number + layout.revisionOffset) else {
            throw CellRefusal("revision", "a whole number from \(1 - layout.revisionOffset)", text)
        }
        return number + layout.revisionOffset
    }

    private func delivered(_ row: FeedTable.Row) throws(CellRefusal) -> Instant {
        guard let header = layout.columns[.delivered] else { return receivedAt }
        return try instant(.delivered, cell(header, row))
    }

    private func check(_ at: Instant, _ head: Head) throws(CellRefusal) {
        let field = layout.columns[.stamp] == nil ? "time" : "stamp"
        guard at <= min(head.delivered, receivedAt) + StampRules.futureSeconds else {
            throw CellRefusal(field, "not later than the delivery", at.japaneseDescription)
        }
        guard head.delivered - at <= StampRules.oldestDays * 86_400 else {
            throw CellRefusal(
                field,
                "at most \(StampRules.oldestDays) days before the delivery",
                at.japaneseDescription
            )
        }
    }
}

extension FeedLayout {
    /// Every header that the file has to have.
    var headers: [String] {
        var headers = columns.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
        if let hours { headers += hours.hours.map(hours.header(of:)) }
        if let trailer = records.trailer, !headers.contains(trailer.column) { headers.append(trailer.column) }
        return headers
    }
}

extension FeedLayout.QualityRule.Verdict {
    fileprivate var quality: ReadingQuality? {
        switch self {
        case .measured: .measured
        case .estimated: .estimated
        case .suspect: .suspect
        case .missing: nil
        }
    }
}
