import Metering
import Seeds
import Testing

@testable import Decoding

struct DelimitedTextTests {
    private func cells(_ text: String) -> [[String]] {
        let file = DelimitedText(Array(text.utf8), named: "a.csv")
        return [file.header] + file.rows.map(\.cells)
    }

    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
        ("\u{FEFF}a,b\n\n1,\n", [["a", "b"], ["1", ""]]),
        (
            "a\n\"x,y\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n",
            [["a"], ["x,y"], ["say \"hi\""], ["two\nlines"]]
        ),
        ("a,b\n,\n", [["a", "b"], ["", ""]]),
        ("口径,区分\n13,家庭用\n", [["口径", "区分"], ["13", "家庭用"]]),
        ("", [[]]),
    ])
    func `files are read as RFC 4180 writes them`(text: String, expected: [[String]]) {
        #expect(cells(text) == expected)
    }

    @Test func `any cells survive being written with quotes and read again`() {
        var generator = SeededGenerator(seed: 4_180)
        let alphabet: [Character] = ["a", ",", "\"", "\n", "漏", " ", "\r"]
        for seed in 0..<300 {
            let rows = (0..<4).map { _ in
                (0..<3).map { _ in
                    let length = Int.random(in: 0...6, using: &generator)
                    return String((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
                }
            }
            let text = rows.map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
            }
            .joined(separator: "\r\n")
            #expect(cells(text) == rows, "seed \(seed)")
        }
    }

    @Test func `a row is known by the line on which it begins`() {
        let file = DelimitedText(Array("a\n\"1\n2\"\n\n3\n".utf8), named: "a.csv")
        #expect(file.rows.map(\.line) == [2, 5])
    }
}

struct MetersTextTests {
    @Test func `optional columns have their defaults, bad rows their reasons`() throws {
        let text = """
            meter_id,diameter_mm,customer_class,rollover_l,watch,resolution_l,area,vacant
            A,13,household,10000000,0,,,
            B,20,vacant,10000000,1,10,north,1
            C,0,household,10000000,0,1,,0
            D,13,household,many,0,1,,0
            E,13,household,10000000,0,5000,,0
            ,13,household,10000000,0,1,,0
            """
        let file = MetersText(DelimitedText(Array(text.utf8), named: "meters.csv"))
        #expect(file.rows.map(\.point.id.rawValue) == ["A", "B"])
        #expect(file.rows.map(\.dial.resolution) == [.litres(1), .litres(10)])
        #expect(file.rows.map(\.point.isVacant) == [false, true])
        #expect(
            file.rejections.map { "\($0.place) \($0.field)" } == [
                "meters.csv:4 diameter_mm", "meters.csv:5 rollover_l", "meters.csv:6 resolution_l",
                "meters.csv:7 meter_id",
            ]
        )
    }
}

struct ExchangesTextTests {
    @Test func `an exchange without a new number gets one of its own`() throws {
        let text = """
            meter_id,at,final_index_l,initial_index_l,new_serial
            A,2026-03-01T10:00:00+09:00,100,0,N-1
            B,2026-03-01T10:00:00+09:00,100,0,
            C,soon,100,0,
            D,2026-03-01T10:00:00+09:00,-1,0,
            """
        let file = ExchangesText(DelimitedText(Array(text.utf8), named: "e.csv"))
        #expect(file.rows.map(\.newMeter.rawValue) == ["N-1", "B-2026-03-01T01:00:00Z"])
        #expect(file.rejections.map { "\($0.place) \($0.field)" } == ["e.csv:4 at", "e.csv:5 final_index_l"])
    }
}
