import Foundation
import Metering

/// What the command line asks for; the result is one JSON object of seconds and counts.
///
/// ```
/// store-bench import SET DATA        imports SET/readings.csv into a new store
/// store-bench think SET DATA         judges everything that is not judged
/// store-bench seal SET DATA          seals what is old
/// store-bench queries SET DATA MONTH asks what people ask, each five times
/// store-bench stream DATA METERS COMMITS
/// store-bench open DATA              opens the store and closes it
/// ```
struct StoreOrder {
    private let words: [String]

    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    init(_ words: some Sequence<String>) {
        self.words = Array(words)
    }

    func run() async throws -> String {
        var result: [String: Double]
        switch (words.first, words.count) {
        case ("import", 3): result = try await CityWork(set: words[1]).importAll(into: words[2])
        case ("think", 3): result = try await CityWork(set: words[1]).think(in: words[2])
        case ("seal", 3): result = try await CityWork(set: words[1]).seal(in: words[2])
        case ("queries", 4):
            guard let month = LocalMonth(words[3]) else { throw Wrong(description: "no month: \(words[3])") }
            result = try await CityWork(set: words[1]).ask(words[2], about: month)
        case ("stream", 4):
            guard let meters = Int(words[2]), let commits = Int(words[3]) else {
                throw Wrong(description: "METERS and COMMITS are numbers")
            }
            result = try await StreamWork(meters: meters, commits: commits).run(in: words[1])
        case ("open", 2): result = try await CityWork.open(words[1])
        default: throw Wrong(description: "not understood: \(words.joined(separator: " "))")
        }
        result["peak_kb"] = Double(Stopwatch.peakMemoryKB)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(result), as: UTF8.self)
    }
}
