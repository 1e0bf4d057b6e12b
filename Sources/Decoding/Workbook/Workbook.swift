internal import Foundation
internal import XMLCoder

/// An XLSX workbook (Office Open XML, ECMA-376 part 1), as far as readings need it: sheets of texts and numbers.
///
/// Formats are not read: whether a number is a date is what the layout says of its column.
struct Workbook {
    /// Some 100,000 rows of four cells.
    ///
    /// A part is read into a tree of about 45 times its size, so that this is the most
    /// that a small machine bears; whole cities come as CSV.
    static let mostSheetBytes = 16 << 20

    /// Cells of a sheet, the empty ones before others included: one cell at the right edge makes a row of 16,384.
    static let mostCells = 2_000_000

    private let archive: ZipArchive
    private let book: WorkbookPart
    private let files: [String: String]
    private let strings: [String]

    /// - Parameter bytes: the file.
    /// - Throws: `FileRefusal` when it is no workbook.
    init(_ bytes: [UInt8]) throws(FileRefusal) {
        archive = try ZipArchive(bytes)
        book = try Workbook.part("xl/workbook.xml", in: archive)
        let relations: RelationsPart = try Workbook.part("xl/_rels/workbook.xml.rels", in: archive)
        files = Dictionary(
            relations.relations.map { ($0.id, Workbook.path(of: $0.target)) },
            uniquingKeysWith: { first, _ in first }
        )
        let shared = relations.relations.first { $0.type.hasSuffix("/sharedStrings") }
        guard let shared else {
            strings = []
            return
        }
        let part: StringsPart = try Workbook.part(Workbook.path(of: shared.target), in: archive)
        strings = part.items.map(\.joined)
    }

    /// The rows of one sheet.
    ///
    /// - Parameters:
    ///   - name: the sheet's name; nil for the first.
    ///   - headerRow: which of the rows that are not empty names the columns, from 1.
    /// - Returns: rows with their numbers in the sheet.
    /// - Throws: `FileRefusal` when there is no such sheet, or it can't be read.
    func table(_ name: String?, headerRow: Int) throws(FileRefusal) -> FeedTable {
        let entry = name.map { name in book.sheets.list.first { $0.name == name } } ?? book.sheets.list.first
        guard let entry, let file = files[entry.relation] else {
            let found = book.sheets.list.map(\.name).joined(separator: ", ")
            throw FileRefusal(field: "sheet", expected: name ?? "a sheet", found: found)
        }
        let sheet: SheetPart = try Workbook.part(file, in: archive)
        var rows: [FeedTable.Row] = []
        var last = 0
        var count = 0
        for row in sheet.data.rows {
            last = row.number ?? last + 1
            let cells = try cells(of: row, last)
            count += cells.count
            guard count <= Workbook.mostCells else {
                throw FileRefusal(
                    line: last,
                    field: "sheet",
                    expected: "at most \(Workbook.mostCells) cells",
                    found: "more"
                )
            }
            if cells.contains(where: { !$0.text.isEmpty }) {
                rows.append(FeedTable.Row(line: last, cells: cells))
            }
        }
        return try FeedTable(
            rows,
            headerRow: headerRow,
            sheet: entry.name,
            isFrom1904: ["1", "true"].contains(book.properties?.date1904 ?? "0")
        )
    }

    private func cells(of row: SheetPart.Row, _ number: Int) throws(FileRefusal) -> [TableCell] {
        var cells: [TableCell] = []
        for cell in row.cells {
            let column = try cell.reference.map(Workbook.column) ?? cells.count
            guard column >= cells.count, column < 16_384 else {
                throw FileRefusal(
                    line: number,
                    field: "row",
                    expected: "cells in order",
                    found: cell.reference ?? ""
                )
            }
            while cells.count < column { cells.append(.text("")) }
            cells.append(try value(of: cell, number))
        }
        return cells
    }

    private func value(of cell: SheetPart.Cell, _ number: Int) throws(FileRefusal) -> TableCell {
        let value = cell.value ?? ""
        switch cell.type ?? "n" {
        case "s":
            guard let index = Int(value), strings.indices.contains(index) else {
                throw FileRefusal(
                    line: number,
                    field: "cell",
                    expected: "one of \(strings.count) shared texts",
                    found: value
                )
            }
            return .text(strings[index])
        case "inlineStr": return .text(cell.inline?.joined ?? "")
        case "n": return value.isEmpty ? .text("") : .number(Workbook.digits(value))
        // An error such as #N/A is a text that is no number, so its row is refused with it.
        default: return .text(value)
        }
    }

    /// A number as a spreadsheet shows it, of 15 digits (ECMA-376 keeps an IEEE double): 41.300000000000004 is 41.3.
    static func digits(_ text: String) -> String {
        guard text.contains(where: { ".eE".contains($0) }), let number = Double(text) else { return text }
        if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
        return String(format: "%.15g", number)
    }

    /// The position of `AB12`'s column, from 0.
    static func column(_ reference: String) throws(FileRefusal) -> Int {
        let letters = reference.utf8.prefix { (65...90).contains($0) }
        guard (1...3).contains(letters.count) else {
            throw FileRefusal(field: "cell", expected: "a reference such as A1", found: reference)
        }
        return letters.reduce(0) { $0 * 26 + Int($1) - 64 } - 1
    }

    private static func path(of target: String) -> String {
        target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }

    private static func part<Part: Decodable>(_ name: String, in archive: ZipArchive)
        throws(FileRefusal) -> Part
    {
        guard let bytes = try archive.entry(name, limit: mostSheetBytes) else {
            throw FileRefusal(field: name, expected: "a part of a workbook", found: "none")
        }
        // A document type may define entities that unfold without end; no spreadsheet program writes one.
        guard !bytes.contains("<!DOCTYPE") else {
            throw FileRefusal(field: name, expected: "no document type", found: "one")
        }
        do {
            let decoder = XMLDecoder(trimValueWhitespaces: false)
            decoder.shouldProcessNamespaces = true
            return try decoder.decode(Part.self, from: Data(bytes))
        } catch {
            throw FileRefusal(field: name, expected: "XML of a workbook", found: "\(error)")
        }
    }
}

extension [UInt8] {
    fileprivate func contains(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { pattern in
            guard let first = pattern.first else { return true }
            var start = startIndex
            while let found = self[start...].firstIndex(of: first) {
                if self[found...].starts(with: pattern) { return true }
                start = found + 1
            }
            return false
        }
    }
}
