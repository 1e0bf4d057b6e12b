internal import Foundation
import Metering

/// The JSON of the feed, contract `kyodo-kenshin/1.0`.
///
/// No power company's contract was found, so this one is ours. A record or a value that breaks it is refused by itself
/// with its reason; the others are kept. Keys that we do not know are passed over, since a partner adds them first.
extension FeedPage {
    static let schema = "kyodo-kenshin/1."

    /// Reads the body of one page.
    ///
    /// - Parameter bytes: JSON in UTF-8.
    /// - Returns: the records that made sense, and the reasons of the others.
    /// - Throws: `FeedDecodingError` when the body is no page of this contract.
    public static func decode(_ bytes: [UInt8]) throws(FeedDecodingError) -> FeedPage {
        guard let body = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw FeedDecodingError(description: "the page is no JSON object")
        }
        let named = body["schema"] as? String ?? "none"
        guard named.hasPrefix(schema) else {
            throw FeedDecodingError(description: "expected schema \(schema)x, found \(named)")
        }
        guard let list = body["records"] as? [Any] else {
            throw FeedDecodingError(description: "the page has no list of records")
        }
        var records: [FeedRecord] = []
        var rejections: [Rejection] = []
        var slices = RecordSlices(bytes)
        for (position, (item, slice)) in zip(list, slices.find()).enumerated() {
            switch FeedRecordReader(position: position, bytes: slice).read(item) {
            case .success(let record): records.append(record)
            case .failure(let refused): rejections += refused.rejections
            }
        }
        return FeedPage(records: records, rejections: rejections, nextCursor: body["next_cursor"] as? String)
    }
}

/// The reasons for which a record was refused whole.
struct RefusedRecord: Error {
    let rejections: [Rejection]
}

/// Reads one record; knows where it stands, for its messages.
struct FeedRecordReader {
    /// A stamp may be this much later than its delivery, for clocks.
    static let futureSeconds: Int64 = 300
    static let oldestDays: Int64 = 400
    /// More than one meter's day of half-hours, with corrections.
    static let mostValues = 200

    let position: Int
    /// The record as it came.
    let bytes: ArraySlice<UInt8>

    func read(_ item: Any) -> Result<FeedRecord, RefusedRecord> {
        guard let record = item as? [String: Any] else { return refused("record", "an object", "\(item)") }
        guard let meter = record["meter_id"] as? String, !meter.isEmpty else {
            return refused("meter_id", "a text", words(record["meter_id"]))
        }
        guard let text = record["delivered_at"] as? String, let deliveredAt = Instant(iso8601: text) else {
            return refused("delivered_at", "an instant with its zone", words(record["delivered_at"]))
        }
        guard let revision = FeedRecordReader.wholeNumber(record["revision"]),
            (1...1_000_000).contains(revision)
        else {
            return refused("revision", "a whole number from 1", words(record["revision"]))
        }
        guard let list = record["values"] as? [Any], list.count <= FeedRecordReader.mostValues else {
            return refused(
                "values",
                "a list of at most \(FeedRecordReader.mostValues) values",
                words(record["values"])
            )
        }
        let day = record["measuring_date"] as? String ?? ""
        let key = "\(meter)|\(day)|\(revision)|\(text)"
        let unit = record["unit"] as? String ?? "L"
        guard unit == "L" else { return refused("unit", "L", unit) }
        var values: [FeedValue] = []
        var rejections: [Rejection] = []
        for (index, item) in list.enumerated() {
            switch value(item, "\(key)#\(index)", deliveredAt) {
            case .success(let value?): values.append(value)
            case .success(nil): continue
            case .failure(let refused): rejections += refused.rejections
            }
        }
        return .success(
            FeedRecord(
                meter: Meter.ID(meter),
                revision: Int(revision),
                deliveredAt: deliveredAt,
                values: values,
                status: FeedRecordReader.status(record),
                key: key,
                bytes: [UInt8](bytes),
                rejections: rejections
            )
        )
    }

    /// One value; nil where the record itself says that it is missing.
    private func value(_ item: Any, _ place: String, _ deliveredAt: Instant) -> Result<
        FeedValue?, RefusedRecord
    > {
        guard let value = item as? [String: Any] else {
            return refused("values", "an object", "\(item)", place)
        }
        let letter = value["q"] as? String ?? ""
        if letter == "M" { return .success(nil) }
        guard let quality = FeedRecordReader.qualities[letter] else {
            return refused("q", "one of N, E, R, C, S, M", words(value["q"]), place)
        }
        guard let text = value["at"] as? String, let at = Instant(iso8601: text) else {
            return refused("at", "an instant with its zone", words(value["at"]), place)
        }
        guard at <= deliveredAt + FeedRecordReader.futureSeconds else {
            return refused("at", "not later than the delivery", text, place)
        }
        guard deliveredAt - at <= FeedRecordReader.oldestDays * 86_400 else {
            return refused("at", "at most \(FeedRecordReader.oldestDays) days old", text, place)
        }
        guard let litres = FeedRecordReader.wholeNumber(value["index_l"]),
            (0..<1_000_000_000_000).contains(litres)
        else { return refused("index_l", "whole litres from 0", words(value["index_l"]), place) }
        return .success(FeedValue(at: at, index: .litres(litres), quality: quality))
    }

    /// N 正常, R 再送 and C 訂正 are measured; E 推定 and S 疑義 are no evidence.
    private static let qualities: [String: ReadingQuality] = [
        "N": .measured, "R": .measured, "C": .measured, "E": .estimated, "S": .suspect,
    ]

    private static let alarms: [String: MeterStatus] = [
        "LEAK_1": .leak, "LEAK_2": .leak, "OVERFLOW": .overflow, "EXCESS": .burst, "REVERSE": .reverse,
        "NO_USE_1": .noUse, "NO_USE_2": .noUse, "BATTERY_LOW": .lowBattery, "TAMPER": .tamper,
        "MAGNET": .tamper,
        "CLOCK": .clock,
    ]

    private static func status(_ record: [String: Any]) -> MeterStatus {
        let named = (record["alarms"] as? [String] ?? []).compactMap { alarms[$0] }
        let battery: MeterStatus = record["battery"] as? String == "LOW" ? .lowBattery : []
        return named.reduce(battery) { $0.union($1) }
    }

    /// A JSON number without a fraction; `true` and `false` are none, though Foundation would count them as 1 and 0.
    private static func wholeNumber(_ value: Any?) -> Int64? {
        guard let number = value as? NSNumber, String(cString: number.objCType) != "c" else { return nil }
        return value as? Int64
    }

    private func words(_ value: Any?) -> String {
        value.map { "\($0)" } ?? "nothing"
    }

    private func refused<Value>(
        _ field: String,
        _ expected: String,
        _ found: String,
        _ place: String? = nil
    ) -> Result<Value, RefusedRecord> {
        let rejection = Rejection(
            place: place ?? "record \(position)",
            field: field,
            expected: expected,
            found: String(found.prefix(120))
        )
        return .failure(RefusedRecord(rejections: [rejection]))
    }
}
