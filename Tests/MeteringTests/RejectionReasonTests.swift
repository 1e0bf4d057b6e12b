import Metering
import Testing

struct RejectionReasonTests {
    @Test(arguments: [
        ("a text", "文字"), ("a whole number from 1 to 64", "1から64までの整数"), ("a whole number from 0", "0以上の整数"),
        ("one of N, E, R, C, S, M", "次のいずれか: N, E, R, C, S, M"),
        ("one of 12 shared texts", "12 個の共有文字列のいずれか"),
        (
            "at most 400 days before its arrival at 2026-01-01T00:00:00Z",
            "受信 (2026-01-01T00:00:00Z) の前 400 日以内の日時"
        ),
        ("not later than its arrival", "受信より後でない日時"),
        ("not later than its arrival at 2026-01-01T00:00:00Z", "受信 (2026-01-01T00:00:00Z) より後でない日時"),
        ("S-00001, where meter TN-1 hangs", "S-00001 (メーター TN-1 の設置先)"), ("9 rows", "9 行"),
        ("3 rows or more", "3 行以上"),
        ("1.234 m3, stored for this instant and revision", "同じ日時・訂正回数で保存済みの 1.234 m3"),
        (
            "a date and a time such as 2026-03-01T10:00 or R8.3.1 10:00",
            "2026-03-01T10:00 や R8.3.1 10:00 のような日時"
        ),
    ])
    func `a stored reason is said in Japanese, with what stands in its gaps`(stored: String, japanese: String)
    {
        let reason = RejectionReason(stored)
        #expect(reason.isKnown && reason.japanese == japanese && reason.english == stored)
    }

    @Test(arguments: ["", "UTF-8", "WATER_{date}_{number}.csv", "a texture", "one of "])
    func `a text of no known phrase stands for itself`(stored: String) {
        let reason = RejectionReason(stored)
        #expect(!reason.isKnown && reason.japanese == stored && reason.english == stored)
    }

    @Test func `what was found is data, and only its absence is a word`() {
        let rejection = Rejection(place: "a:1", field: "at", expected: "a date", found: "nothing")
        #expect(rejection.expectedInJapanese == "日付" && rejection.foundInJapanese == "値なし")
        let found = Rejection(place: "a:1", field: "at", expected: "a date", found: "a text")
        #expect(found.foundInJapanese == "a text")
    }
}
