public import Metering

/// How one company's files of readings are laid out: a file of settings, so that another company's needs no Swift.
///
/// The instants of such files are always in Japan's time.
public struct FeedLayout: Hashable, Sendable, Identifiable {
    public typealias ID = Identifier<FeedLayout>

    public let id: ID
    public let title: String
    public let sources: [String]
    public let form: Form
    /// Which files of a folder are meant; nil for all.
    public let name: FileNamePattern?
    /// Whether `NAME.sha256` comes beside each file.
    public let hasChecksum: Bool
    public let columns: [Field: String]
    public let hours: HourColumns?
    public let index: IndexRule
    public let quality: QualityRule
    public let alarms: AlarmRule
    public let records: RecordRule
    /// What is added to the number in the revision column: 1 where the first delivery counts 0 corrections.
    public let revisionOffset: Int
    /// How dates may be written.
    public let dates: Set<DateStyle>
    /// How many digits a meter's number has, for sheets that keep it as a number and so lose its leading zeros.
    public let idDigits: Int?
    public let examples: [LayoutExample]

    /// What a column of the file is for us.
    public enum Field: String, Hashable, Sendable, CaseIterable {
        /// The kind of the record (レコード区分).
        case kind
        case meter = "meter_id"
        case point = "service_point"
        /// The measuring date (計量日).
        case day
        /// The time within the measuring date; 24:00 is the midnight that closes it.
        case time
        /// Date and time in one column, in place of both.
        case stamp
        /// What the dial shows (指針値).
        case index
        case quality
        case alarms
        case revision
        case delivered = "delivered_at"
    }

    public init(
        id: ID,
        title: String = "",
        sources: [String] = [],
        form: Form,
        name: FileNamePattern? = nil,
        hasChecksum: Bool = false,
        columns: [Field: String] = [:],
        hours: HourColumns? = nil,
        index: IndexRule = IndexRule(),
        quality: QualityRule = QualityRule(),
        alarms: AlarmRule = AlarmRule(),
        records: RecordRule = RecordRule(),
        revisionOffset: Int = 0,
        dates: Set<DateStyle> = Set(DateStyle.allCases),
        idDigits: Int? = nil,
        examples: [LayoutExample] = []
    ) {
        self.id = id
        self.title = title
        self.sources = sources
        self.form = form
        self.name = name
        self.hasChecksum = hasChecksum
        self.columns = columns
        self.hours = hours
        self.index = index
        self.quality = quality
        self.alarms = alarms
        self.records = records
        self.revisionOffset = revisionOffset
        self.dates = dates
        self.idDigits = idDigits
        self.examples = examples
    }

    /// The same for a file that has no companion: an example, or one that a person has taken after all.
    public var ignoringChecksum: FeedLayout {
        FeedLayout(
            id: id,
            form: form,
            name: name,
            columns: columns,
            hours: hours,
            index: index,
            quality: quality,
            alarms: alarms,
            records: records,
            revisionOffset: revisionOffset,
            dates: dates,
            idDigits: idDigits
        )
    }
}

extension FeedLayout {
    /// What kind of file it is.
    public enum Form: Hashable, Sendable {
        /// Text parted by one character; `headerRow` counts the rows that are not empty, from 1.
        case delimited(TextEncoding, delimiter: Delimiter, headerRow: Int)
        /// One sheet of an XLSX workbook; the first when no name is given.
        case workbook(sheet: String?, headerRow: Int)
        /// A page of the feed as a file; it says everything itself.
        case feedPage
    }

    /// What parts the cells of a row.
    public enum Delimiter: String, Hashable, Sendable, CaseIterable {
        case comma
        case tab
        case semicolon

        var byte: UInt8 {
            switch self {
            case .comma: UInt8(ascii: ",")
            case .tab: UInt8(ascii: "\t")
            case .semicolon: UInt8(ascii: ";")
            }
        }
    }

    /// A column for each hour of the day, in place of a row for each.
    public struct HourColumns: Hashable, Sendable {
        /// The header with `{h}` or `{hh}` for the hour: `{hh}時`.
        public let pattern: String
        public let hours: ClosedRange<Int>

        public init(pattern: String, hours: ClosedRange<Int>) {
            self.pattern = pattern
            self.hours = hours
        }

        /// The header of one hour's column.
        public func header(of hour: Int) -> String {
            let digits = hour < 10 ? "0\(hour)" : "\(hour)"
            return pattern.replacing("{hh}", with: digits).replacing("{h}", with: "\(hour)")
        }
    }

    /// What the numbers of the index column are.
    public struct IndexRule: Hashable, Sendable {
        /// One count, in millilitres.
        public let unit: ExactDecimal
        /// Words that say that there is no value; an empty cell says so too, and is never 0.
        public let missing: Set<String>

        public init(unit: ExactDecimal = ExactDecimal(coefficient: 1_000), missing: Set<String> = []) {
            self.unit = unit
            self.missing = missing
        }
    }

    /// What the codes of the quality column mean.
    public struct QualityRule: Hashable, Sendable {
        public let codes: [String: Verdict]
        /// What an empty cell means; nil where it is a mistake.
        public let blank: Verdict?

        public init(codes: [String: Verdict] = [:], blank: Verdict? = nil) {
            self.codes = codes
            self.blank = blank
        }

        public enum Verdict: String, Hashable, Sendable, CaseIterable {
            case measured
            case estimated
            case suspect
            /// The value beside it is none (欠測).
            case missing
        }
    }

    /// What the alarm column says: names parted by spaces, semicolons or bars.
    public struct AlarmRule: Hashable, Sendable {
        /// Names that we do not know are passed over: the raw text stays in the capture.
        public let codes: [String: MeterStatus]

        public init(codes: [String: MeterStatus] = [:]) {
            self.codes = codes
        }

        func status(_ text: String) -> MeterStatus {
            text.split { $0.isWhitespace || $0 == ";" || $0 == "|" }
                .compactMap { codes[String($0)] }
                .reduce([]) { $0.union($1) }
        }
    }

    /// Which rows are readings, and how the file closes.
    public struct RecordRule: Hashable, Sendable {
        /// The kinds of rows that are readings; empty for all but the trailer.
        public let data: Set<String>
        /// Kinds that are neither readings nor the trailer.
        public let ignored: Set<String>
        public let trailer: Trailer?

        public init(data: Set<String> = [], ignored: Set<String> = [], trailer: Trailer? = nil) {
            self.data = data
            self.ignored = ignored
            self.trailer = trailer
        }

        /// The last row, which says how many rows there are.
        public struct Trailer: Hashable, Sendable {
            public let kind: String
            /// The header of the column with the count.
            public let column: String
            /// The cell with `{count}` for the number: `件数={count}`.
            public let pattern: String

            public init(kind: String, column: String, pattern: String) {
                self.kind = kind
                self.column = column
                self.pattern = pattern
            }

            func count(in cell: String) -> Int? {
                let parts = pattern.split(
                    separator: "{count}",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                guard parts.count == 2, cell.hasPrefix(parts[0]), cell.hasSuffix(parts[1]),
                    cell.count > parts[0].count + parts[1].count
                else { return nil }
                let digits = cell.dropFirst(parts[0].count).dropLast(parts[1].count)
                return digits.allSatisfy { "0"..."9" ~= $0 } ? Int(digits) : nil
            }
        }
    }
}
