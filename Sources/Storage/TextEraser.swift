internal import FoundationEssentials
internal import GRDB
internal import Metering

/// Erases a point's rows in captured texts of many rows, and in quarantine, to which no reading of the point leads.
///
/// A file of rows is one capture, packed where that is shorter. A row of it that was rejected became no reading, so only
/// its text tells of the point: a line in which one of the meter's names stands, and whose instant is before the end or
/// can't be read, becomes an empty line. The lines of others stay, and line numbers go on to say what they said. A
/// record of one line, and one in JSON, can't be erased by halves: it loses all its bytes.
///
/// What is found by name is found in texts. In a workbook (`xlsx`), whose sheets are packed by its maker, no name is
/// found: a capture of one goes only when a reading of the point leads to it.
///
/// Works inside the transaction of `Eraser`, whose temporary table `erasing` names the captures that go as a whole.
struct TextEraser {
    private let database: Database
    private let names: [[UInt8]]
    private let before: Instant

    private struct Hit {
        let line: Int
        let range: Range<Int>
    }

    init(_ erasure: Erasure, _ database: Database) {
        self.database = database
        names = Set(erasure.meters.map(\.rawValue) + [erasure.point.rawValue]).map { Array($0.utf8) }
        before = erasure.before
    }

    /// - Returns: how many lines, and how many entries of quarantine.
    func run() throws -> (rows: Int, quarantined: Int) {
        var (rows, quarantined) = (0, 0)
        for key in try suspects() {
            let found = try erase(inCapture: key)
            rows += found.rows
            quarantined += found.quarantined
        }
        return (rows, quarantined + (try eraseKeptRows()))
    }

    /// Captures that may hold a name: every packed one, and those in which one stands.
    private func suspects() throws -> [Int64] {
        let conditions = names.indices.map { "OR instr(bytes, ?\($0 + 1)) > 0" }.joined(separator: " ")
        return try Int64.fetchAll(
            database,
            sql: "SELECT key FROM capture WHERE packing = 1 \(conditions) ORDER BY key",
            arguments: StatementArguments(names.map { Data($0) })
        )
    }

    private func erase(inCapture key: Int64) throws -> (rows: Int, quarantined: Int) {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT bytes, packing, length, coalesce(own_utc, answered_utc), path_key, source, record_key,
                    key IN (SELECT key FROM erasing) FROM capture WHERE key = ?
                """,
            arguments: [key]
        )
        guard let row else { return (0, 0) }
        let stored: Data = row[0]
        let isPacked: Bool = row[1]
        var bytes = isPacked ? try Packing.unpacked([UInt8](stored), length: row[2]) : [UInt8](stored)
        let hits = hits(in: bytes, at: Instant(secondsSince1970: row[3]))
        guard !hits.isEmpty else { return (0, 0) }
        let quarantined = try eraseQuarantine(of: hits, row)
        let goesAnyway: Bool = row[7]
        guard !goesAnyway else { return (0, quarantined) }
        guard !TextEraser.isOneRecord(bytes) else {
            try database.execute(sql: "INSERT OR IGNORE INTO erasing VALUES (?)", arguments: [key])
            return (0, quarantined)
        }
        for hit in hits.reversed() { bytes.removeSubrange(hit.range) }
        try rewrite(key, bytes)
        return (hits.count, quarantined)
    }

    private func rewrite(_ key: Int64, _ bytes: [UInt8]) throws {
        let packed = Packing.packed(bytes)
        try database.execute(
            sql: "UPDATE capture SET bytes = ?, packing = ?, length = ? WHERE key = ?",
            arguments: [Data(packed ?? bytes), packed == nil ? 0 : 1, packed == nil ? nil : bytes.count, key]
        )
    }

    /// The entries of these lines, which are called by the file's name and their number.
    private func eraseQuarantine(of hits: [Hit], _ row: Row) throws -> Int {
        let (path, source, record): (Int64, String, String) = (row[4], row[5], row[6])
        // An imported batch begins somewhere in its file: `readings.csv:2001-4000 ...`.
        let first =
            record.hasPrefix(source + ":")
            ? record.dropFirst(source.count + 1).prefix { $0.isNumber } : ""
        let offset = (Int(first) ?? 1) - 1
        return try hits.reduce(0) { count, hit in
            try database.execute(
                sql: "DELETE FROM quarantine WHERE path_key = ? AND place = ?",
                arguments: [path, "\(source):\(offset + hit.line)"]
            )
            return count + database.changesCount
        }
    }

    /// Rows that quarantine itself keeps, and refused values in which a name stands.
    private func eraseKeptRows() throws -> Int {
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT key, coalesce(bytes, x''), found, stored_utc FROM quarantine"
        )
        var chosen: [Int64] = []
        while let row = try rows.next() {
            let (bytes, found): (Data, String) = (row[1], row[2])
            let at = Instant(secondsSince1970: row[3])
            if !hits(in: [UInt8](bytes), at: at).isEmpty || !hits(in: Array(found.utf8), at: at).isEmpty {
                chosen.append(row[0])
            }
        }
        for key in chosen {
            try database.execute(sql: "DELETE FROM quarantine WHERE key = ?", arguments: [key])
        }
        return chosen.count
    }

    /// The lines in which a name stands and that are of a time before the end.
    ///
    /// - Parameters:
    ///   - text: of any form.
    ///   - at: when it was measured or arrived, for lines that have no instant of their own.
    /// - Returns: each with its number from 1, in order.
    private func hits(in text: [UInt8], at: Instant) -> [Hit] {
        guard names.contains(where: { TextEraser.find($0, in: text[...]) }) else { return [] }
        var hits: [Hit] = []
        var (start, line) = (0, 1)
        if TextEraser.isOneRecord(text) {
            let isBefore = TextEraser.oldest(in: text[...]) ?? at < before
            return isBefore ? [Hit(line: 1, range: 0..<text.count)] : []
        }
        while start < text.count {
            let end = text[start...].firstIndex(of: 10) ?? text.count
            let content = text[start..<end]
            if names.contains(where: { TextEraser.find($0, in: content) }),
                TextEraser.oldest(in: content) ?? at < before
            {
                let last = content.last == 13 ? end - 1 : end
                hits.append(Hit(line: line, range: start..<last))
            }
            start = end + 1
            line += 1
        }
        return hits
    }

    /// Whether a text has no lines that mean something each by itself.
    private static func isOneRecord(_ text: [UInt8]) -> Bool {
        let first = text.first { ![9, 10, 13, 32].contains($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || !text.contains(10)
    }

    /// Whether a name stands in a text by itself, and not as a part of a longer one.
    private static func find(_ name: [UInt8], in text: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first else { return false }
        var start = text.startIndex
        while let place = text[start...].firstIndex(of: first) {
            let end = place + name.count
            guard end <= text.endIndex else { return false }
            if text[place..<end].elementsEqual(name), place == text.startIndex || !isOfName(text[place - 1]),
                end == text.endIndex || !isOfName(text[end])
            {
                return true
            }
            start = place + 1
        }
        return false
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 95, 0x80...: true
        default: false
        }
    }

    /// The oldest instant that one of a line's cells says.
    private static func oldest(in line: ArraySlice<UInt8>) -> Instant? {
        line.split { [44, 59, 9, 34, 13].contains($0) }
            .compactMap { Instant(iso8601: String(decoding: $0, as: UTF8.self)) }.min()
    }
}
