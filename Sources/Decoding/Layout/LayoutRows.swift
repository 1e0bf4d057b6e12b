import Metering

/// Walks over the rows of one file by its layout.
struct LayoutRows {
    private let layout: FeedLayout
    private let table: FeedTable
    private let file: String
    private let reader: LayoutCells

    /// - Parameters:
    ///   - layout: what the columns mean.
    ///   - table: the rows.
    ///   - file: the file's name, for places.
    ///   - day: the measuring date in the file's name.
    ///   - receivedAt: when it came to us.
    /// - Throws: `FileRefusal` when the header lacks a column that the layout names, or has it twice.
    init(
        _ layout: FeedLayout,
        _ table: FeedTable,
        file: String,
        day: LocalDay?,
        receivedAt: Instant
    ) throws(FileRefusal) {
        self.layout = layout
        self.table = table
        self.file = file
        reader = try LayoutCells(layout, table, day: day, receivedAt: receivedAt)
    }

    /// - Returns: what the rows say.
    /// - Throws: `FileRefusal` when the trailer is missing or states another count.
    func read() throws(FileRefusal) -> DecodedFile {
        var decoded = DecodedFile()
        var seen: Set<String> = []
        var count = 0
        var stated: Int?
        for row in table.rows {
            guard stated == nil else {
                throw FileRefusal(
                    line: row.line,
                    field: "trailer",
                    expected: "no row behind it",
                    found: row.cells.first?.text ?? ""
                )
            }
            switch reader.kind(of: row) {
            case .trailer: stated = try trailerCount(row)
            case .ignored: continue
            case .data:
                count += 1
                take(row, &decoded, &seen)
            case .unknown(let kind):
                count += 1
                decoded.rejections.append(
                    rejection(row, CellRefusal("kind", "a kind that the layout names", kind))
                )
            }
        }
        try check(count, stated)
        return decoded
    }

    private func take(_ row: FeedTable.Row, _ decoded: inout DecodedFile, _ seen: inout Set<String>) {
        do throws(CellRefusal) {
            let head = try reader.head(of: row)
            for value in reader.values(of: row, head) {
                switch value {
                case .success(let reading?):
                    let reading = reading.placed(at: table.place(row.line, in: file))
                    if seen.insert(reading.text).inserted {
                        decoded.readings.append(reading)
                    } else {
                        decoded.repeated += 1
                    }
                case .success(nil): decoded.missing += 1
                case .failure(let refused): decoded.rejections.append(rejection(row, refused))
                }
            }
        } catch {
            decoded.rejections.append(rejection(row, error))
        }
    }

    private func rejection(_ row: FeedTable.Row, _ refused: CellRefusal) -> Rejection {
        Rejection(
            place: table.place(row.line, in: file),
            field: refused.field,
            expected: refused.expected,
            found: String(refused.found.prefix(120))
        )
    }

    private func trailerCount(_ row: FeedTable.Row) throws(FileRefusal) -> Int? {
        guard let trailer = layout.records.trailer else { return nil }
        let cell = reader.cell(trailer.column, row)?.text ?? ""
        guard let count = trailer.count(in: cell) else {
            throw FileRefusal(line: row.line, field: "trailer", expected: trailer.pattern, found: cell)
        }
        return count
    }

    private func check(_ count: Int, _ stated: Int?) throws(FileRefusal) {
        guard let trailer = layout.records.trailer else { return }
        guard let stated else {
            throw FileRefusal(field: "trailer", expected: "a last row of kind \(trailer.kind)", found: "none")
        }
        guard stated == count else {
            throw FileRefusal(field: "trailer", expected: "\(stated) rows", found: "\(count)")
        }
    }
}

/// Why a cell, and with it its row or its hour, was not taken.
struct CellRefusal: Error {
    let field: String
    let expected: String
    let found: String

    init(_ field: String, _ expected: String, _ found: String) {
        self.field = field
        self.expected = expected
        self.found = found.isEmpty ? "nothing" : found
    }
}

extension FileReading {
    fileprivate func placed(at place: String) -> FileReading {
        FileReading(
            place: place,
            meter: meter,
            point: point,
            at: at,
            index: index,
            quality: quality,
            status: status,
            revision: revision,
            deliveredAt: deliveredAt
        )
    }
}
