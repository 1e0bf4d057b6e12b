/// One line of a file that programs exchange, by the columns of that file.
///
/// The files of `demo --output` and `evaluate`: instants in Japan's time with offset, `to` exclusive, litres whole.
public protocol ExchangedRow: Hashable, Sendable {
    static var columns: [String] { get }
    var cells: [CSVTable.Cell] { get }
}

extension ExchangedRow {
    /// The whole file with these rows.
    public static func text(_ rows: [Self], style: CSVStyle = .exchange) -> String {
        CSVTable(columns: columns, rows: rows.map(\.cells)).text(style: style)
    }
}
