/// How a table becomes text: for a program that reads it, or for a person's spreadsheet.
///
/// Quoting is RFC 4180's in each. Japanese spreadsheets take a file for Shift_JIS unless it begins with a byte order
/// mark, and some older billing imports want CRLF; other programs stumble over both.
public struct CSVStyle: Hashable, Sendable {
    /// Begins with U+FEFF, so that a spreadsheet takes it for UTF-8.
    public let hasByteOrderMark: Bool
    public let lineEnd: String
    /// Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay.
    public let guardsFormulas: Bool

    public init(hasByteOrderMark: Bool, lineEnd: String, guardsFormulas: Bool) {
        self.hasByteOrderMark = hasByteOrderMark
        self.lineEnd = lineEnd
        self.guardsFormulas = guardsFormulas
    }

    /// Exchanged between programs, without any loss: LF, no mark, text as it is.
    public static let exchange = CSVStyle(hasByteOrderMark: false, lineEnd: "\n", guardsFormulas: false)
    /// Printed to a shell or a browser: LF, no mark, formulas guarded.
    public static let report = CSVStyle(hasByteOrderMark: false, lineEnd: "\n", guardsFormulas: true)
    /// Saved for a spreadsheet: CRLF, mark, formulas guarded.
    public static let spreadsheet = CSVStyle(hasByteOrderMark: true, lineEnd: "\r\n", guardsFormulas: true)
}
