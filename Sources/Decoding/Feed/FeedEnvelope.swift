internal import Foundation
internal import Metering

/// What every page of the feed has, whatever it lists: the schema, the records, where the next page begins.
///
/// No power company's contract was found, so `kyodo-kenshin/1.0` is ours. Keys that we do not know are passed over,
/// since a partner adds them first.
struct FeedEnvelope {
    static let schema = "kyodo-kenshin/1."

    /// Each record as JSON made it, and the bytes in which it came.
    let items: [(item: Any, bytes: ArraySlice<UInt8>)]
    let nextCursor: String?

    init(_ bytes: [UInt8]) throws(FeedDecodingError) {
        let body = try FeedEnvelope.body(bytes)
        guard let list = body["records"] as? [Any] else {
            throw FeedDecodingError(description: "the page has no list of records")
        }
        var slices = RecordSlices(bytes)
        items = zip(list, slices.find()).map { (item: $0, bytes: $1) }
        nextCursor = body["next_cursor"] as? String
    }

    static func body(_ bytes: [UInt8]) throws(FeedDecodingError) -> [String: Any] {
        guard let body = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw FeedDecodingError(description: "the page is no JSON object")
        }
        let named = body["schema"] as? String ?? "none"
        guard named.hasPrefix(schema) else {
            throw FeedDecodingError(description: "expected schema \(schema)x, found \(named)")
        }
        return body
    }
}

extension FeedPage {
    /// Where the page after this one begins, whatever it lists.
    ///
    /// - Parameter bytes: the body of a page.
    /// - Returns: nil on the last.
    /// - Throws: `FeedDecodingError` when the body is no page of this contract.
    public static func nextCursor(in bytes: [UInt8]) throws(FeedDecodingError) -> String? {
        try FeedEnvelope.body(bytes)["next_cursor"] as? String
    }
}

/// The reason for which a record, or a part of one, was refused.
struct RefusedRecord: Error {
    let rejection: Rejection

    /// What was found is cut to a length that a person reads.
    init(_ place: String, _ field: String, _ expected: String, _ found: Any?) {
        let words = found.map { "\($0)" } ?? "nothing"
        rejection = Rejection(
            place: place,
            field: field,
            expected: expected,
            found: String(words.prefix(120))
        )
    }
}

/// The clock rules of a feed: whose stamp can be a time of measurement.
struct StampRules {
    /// A stamp may be this much later than its arrival, for clocks.
    static let futureSeconds: Int64 = 300
    static let oldestDays: Int64 = 400

    /// When a record was there, as far as it can be believed.
    let arrivedAt: Instant

    /// Our own clock, which tells when the page came, is believed.
    init(arrivedAt: Instant) {
        self.arrivedAt = arrivedAt
    }

    /// The same for one record: nothing was measured after it was delivered, if the delivery can be believed.
    func delivered(at instant: Instant) -> StampRules {
        expectation(of: instant) == nil ? StampRules(arrivedAt: min(arrivedAt, instant)) : self
    }

    /// What was expected of a stamp that can't be right; nil for one that can.
    func expectation(of stamp: Instant) -> String? {
        if stamp > arrivedAt + StampRules.futureSeconds {
            return "not later than its arrival at \(arrivedAt)"
        }
        guard arrivedAt - stamp > StampRules.oldestDays * 86_400 else { return nil }
        return "at most \(StampRules.oldestDays) days before its arrival at \(arrivedAt)"
    }
}
