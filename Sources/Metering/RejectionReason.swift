/// Why something was not taken: one of the known phrases with what stands in its gaps, said in either language.
///
/// Rejections are stored in English, so that rows of every version can be read. `a whole number from 1 to 64` is the
/// phrase `a whole number from {} to {}` with 1 and 64, in Japanese `1から64までの整数`. A text of no known phrase stands for
/// itself in both languages: the pattern of a file's name, words of a library.
public struct RejectionReason: Hashable, Sendable {
    /// The number of the phrase; nil for a text of none.
    private let phrase: Int?
    /// What stands in the gaps.
    public let values: [String]
    public let english: String

    /// - Parameter text: as it was stored.
    public init(_ text: String) {
        english = text
        for (number, phrase) in RejectionReason.phrases.enumerated() {
            if let values = RejectionReason.values(of: text, in: phrase.english) {
                (self.phrase, self.values) = (number, values)
                return
            }
        }
        (phrase, values) = (nil, [])
    }

    /// Whether it is one of the known phrases, and so has its words in both languages.
    public var isKnown: Bool { phrase != nil }

    public var japanese: String {
        guard let phrase else { return english }
        var text = RejectionReason.phrases[phrase].japanese
        for (number, value) in values.enumerated() { text = text.replacing("{\(number)}", with: value) }
        return text
    }

    /// What stands in the gaps of a pattern; nil when the text is none of it.
    private static func values(of text: String, in pattern: String) -> [String]? {
        var rest = text[...]
        var values: [String] = []
        let parts = pattern.split(separator: "{}", omittingEmptySubsequences: false)
        for (place, part) in parts.enumerated() {
            let isLast = place == parts.count - 1
            if place == 0 {
                guard rest.hasPrefix(part) else { return nil }
                rest = rest.dropFirst(part.count)
                continue
            }
            guard
                let found = isLast && part.isEmpty
                    ? rest.endIndex..<rest.endIndex : rest.firstRange(of: part),
                found.lowerBound > rest.startIndex
            else { return nil }
            values.append(String(rest[..<found.lowerBound]))
            rest = rest[found.upperBound...]
        }
        return rest.isEmpty ? values : nil
    }

    /// The first that fits counts; `{0}` is what stands in the first gap.
    private static let phrases: [(english: String, japanese: String)] = [
        ("nothing", "値なし"), ("none", "なし"), ("both", "両方"), ("more", "それ以上"), ("others", "それ以外"),
        ("a text", "文字"), ("an object", "オブジェクト"), ("a date", "日付"), ("a time", "時刻"),
        ("a date and a time", "日時"),
        ("a number from 0", "0以上の数"), ("a text, not a number", "数値でない文字"),
        ("whole litres from 0", "0以上の整数のリットル"),
        ("0 or more", "0以上"), ("1 or more", "1以上"), ("0 or 1", "0か1"), ("START or CLEAR", "START または CLEAR"),
        ("not before from", "from 以降"), ("whole m3", "整数の m3"), ("one column of this name", "この名前の列が一つ"),
        ("a column of this name", "この名前の列"), ("an instant with its zone", "時差付きの日時"),
        ("ISO 8601 with a zone", "時差付きの日時 (ISO 8601)"), ("a time from 0:00 to 24:00", "0:00から24:00までの時刻"),
        ("a date in the file's name", "ファイル名の中の日付"), ("either a service point or an area", "水栓番号か地区のどちらか一方"),
        ("a service point; only planned_outage may name an area", "水栓番号 (地区は計画断水のみ)"),
        ("an instant that has passed", "過去の日時"), ("an instant after at", "at より後の日時"),
        ("the number of the application", "申込番号"), ("nothing for {}", "{0} では空欄"),
        ("a meter of the register", "台帳にあるメーター"), ("a point of the register", "台帳にある水栓"),
        ("a registered service point", "台帳にある水栓"), ("{}, where meter {} hangs", "{0} (メーター {1} の設置先)"),
        ("a meter of meters.csv, read before it was received", "meters.csv にあるメーターの、受信より前の検針"),
        ("a meter of meters.csv", "meters.csv にあるメーター"), ("an index of {}", "{0} の指針"),
        ("an index on the dial of {}", "{0} の目盛に収まる指針"),
        ("{}, stored for this instant and revision", "同じ日時・訂正回数で保存済みの {0}"),
        ("the {} bytes stored under this key", "同じ記録として保存済みの {0} バイト"),
        ("not later than its arrival at {}", "受信 ({0}) より後でない日時"),
        ("not later than its arrival", "受信より後でない日時"),
        ("not later than the delivery", "配信より後でない日時"),
        ("at most {} days before its arrival at {}", "受信 ({1}) の前 {0} 日以内の日時"),
        ("at most {} days before the delivery", "配信の前 {0} 日以内の日時"),
        ("at most {} bytes unpacked", "展開後 {0} バイト以内"), ("at most {} bytes", "{0} バイト以内"),
        ("at most {} parts", "{0} 個以内の部品"), ("at most {} cells", "{0} 個以内のセル"),
        ("a list of at most {} values", "{0} 件以内の値の並び"), ("a list of at most {} gaps", "{0} 件以内の欠測の並び"),
        ("a whole number from {} to {}", "{0}から{1}までの整数"), ("a whole number from {}", "{0}以上の整数"),
        ("one of {} shared texts", "{0} 個の共有文字列のいずれか"), ("one of {}", "次のいずれか: {0}"),
        ("{} cells", "{0} 個のセル"), ("{} rows or more", "{0} 行以上"), ("{} rows", "{0} 行"),
        ("a last row of kind {}", "区分 {0} の最終行"), ("no row behind it", "その後に行がないこと"),
        ("a closed quote", "閉じた引用符"), ("letters of the encoding", "その文字コードの文字"),
        ("bytes that are none", "それ以外のバイト列"), ("a page of the feed", "共同検針のページ"),
        ("a workbook (ZIP)", "ブック (ZIP)"), ("a part of a workbook", "ブックの部品"),
        ("a part that can be read", "読める部品"), ("a part that can be unpacked", "展開できる部品"), ("damage", "破損"),
        ("cells in order", "順に並んだセル"), ("a reference such as A1", "A1 のような参照"),
        ("no document type", "文書型宣言なし"),
        ("XML of a workbook", "ブックの XML"), ("memory for it", "必要なメモリー"),
        ("CP932 in this system's iconv", "この環境の iconv の CP932"),
        ("rows for a workbook, else text", "ブックなら rows、他は text"),
        ("a date and a time such as {} or {}", "{0} や {1} のような日時"),
        ("an address by the numbering {}", "番号方式 {0} のアドレス"),
        ("0 to 65535 or 0x0000 to 0xFFFF", "0から65535、または0x0000から0xFFFF"),
        ("address:value, or hexadecimal bytes", "「アドレス:値」または16進数のバイト列"),
        ("an address for the first word (--from)", "先頭の語のアドレス (--from)"),
        ("whole words of 16 bits", "16ビット単位の語"),
        ("{} LINE", "{0} 回線名"), ("E with eight fields or R with two", "E と8項目、または R と2項目"),
    ]
}

extension Rejection {
    /// What was expected, for a person who reads Japanese.
    public var expectedInJapanese: String { RejectionReason(expected).japanese }
    /// What was found; mostly as it came.
    public var foundInJapanese: String { RejectionReason.plain(found) }
}

extension RejectionReason {
    /// A word for the absence of something in Japanese; anything else is data, and stays as it is.
    public static func plain(_ found: String) -> String {
        let words = ["nothing": "値なし", "none": "なし", "both": "両方", "more": "それ以上", "others": "それ以外"]
        return words[found] ?? found
    }
}
