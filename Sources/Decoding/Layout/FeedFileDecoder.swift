import Metering

/// Reads files by one layout.
///
/// ```
/// bytes ── name, checksum ── letters or sheet ── header ── trailer      any of them wrong: the whole file is refused
///   ▼ row by row      kind, whose, when, index, quality, revision       wrong: that row, with its line and its reason
/// ```
public struct FeedFileDecoder: Sendable {
    private let layout: FeedLayout

    public init(_ layout: FeedLayout) {
        self.layout = layout
    }

    /// Reads one file.
    ///
    /// - Parameter file: its bytes, with its name and what came beside it.
    /// - Returns: the readings, and the reasons of the rows that are none.
    /// - Throws: `FileRefusal` when nothing of it may be trusted.
    public func decode(_ file: FeedFile) throws(FileRefusal) -> DecodedFile {
        let day = try day(of: file.name)
        try check(file)
        switch layout.form {
        case .delimited(let encoding, let delimiter, let headerRow):
            let table = try FeedTable.delimited(file.bytes, encoding, delimiter, headerRow: headerRow)
            return try LayoutRows(layout, table, file: file.name, day: day, receivedAt: file.receivedAt)
                .read()
        case .workbook(let sheet, let headerRow):
            let table = try Workbook(file.bytes).table(sheet, headerRow: headerRow)
            return try LayoutRows(layout, table, file: file.name, day: day, receivedAt: file.receivedAt)
                .read()
        case .feedPage:
            return try page(file)
        }
    }

    /// Reads rows that stand already in cells, as those of an example do.
    func decode(
        rows: [[String]],
        headerRow: Int,
        named name: String,
        receivedAt: Instant
    ) throws(FileRefusal) -> DecodedFile {
        let numbered = rows.enumerated().map { number, cells in
            FeedTable.Row(line: number + 1, cells: cells.map(TableCell.text))
        }
        let table = try FeedTable(numbered, headerRow: headerRow)
        return try LayoutRows(layout, table, file: name, day: day(of: name), receivedAt: receivedAt).read()
    }

    private func day(of name: String) throws(FileRefusal) -> LocalDay? {
        guard let pattern = layout.name else { return nil }
        guard let match = pattern.match(name) else {
            throw FileRefusal(field: "name", expected: "\(pattern)", found: name)
        }
        return match.day
    }

    private func check(_ file: FeedFile) throws(FileRefusal) {
        guard layout.hasChecksum else { return }
        let sum = file.digest
        let stated = file.checksum?.split(whereSeparator: \.isWhitespace).first?.lowercased()
        guard stated == sum else {
            throw FileRefusal(field: "checksum", expected: stated ?? "\(file.name).sha256", found: sum)
        }
    }

    private func page(_ file: FeedFile) throws(FileRefusal) -> DecodedFile {
        let page: FeedPage
        do throws(FeedDecodingError) {
            page = try FeedPage.decode(file.bytes, arrivedAt: file.receivedAt)
        } catch {
            throw FileRefusal(field: "page", expected: "a page of the feed", found: error.description)
        }
        var decoded = DecodedFile()
        for record in page.records {
            decoded.readings += record.values.map { value in
                FileReading(
                    place: "\(file.name):\(record.key)",
                    meter: record.meter,
                    point: nil,
                    at: value.at,
                    index: value.index,
                    quality: value.quality,
                    status: record.status,
                    revision: record.revision,
                    deliveredAt: record.deliveredAt
                )
            }
        }
        decoded.rejections = (page.records.flatMap(\.rejections) + page.unreadable.map(\.rejection)).map {
            rejection in
            Rejection(
                place: "\(file.name):\(rejection.place)",
                field: rejection.field,
                expected: rejection.expected,
                found: rejection.found
            )
        }
        return decoded
    }
}
