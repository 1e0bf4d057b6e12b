internal import Foundation
public import Metering

/// The JSON of the feed's readings, contract `kyodo-kenshin/1.0`.
///
/// A record or a value that breaks the contract is refused by itself with its reason; the others are kept.
extension FeedPage {
    /// Reads the body of one page.
    ///
    /// - Parameters:
    ///   - bytes: JSON in UTF-8.
    ///   - arrivedAt: when it came, by our clock, which stamps are compared with.
    /// - Returns: the records that made sense, and the reasons of the others.
    /// - Throws: `FeedDecodingError` when the body is no page of this contract.
    public static func decode(_ bytes: [UInt8], arrivedAt: Instant) throws(FeedDecodingError) -> FeedPage {
        let envelope = try FeedEnvelope(bytes)
        var records: [FeedRecord] = []
        var unreadable: [UnreadableRecord] = []
        for (position, entry) in envelope.items.enumerated() {
            let reader = FeedRecordReader(
                position: position,
                bytes: entry.bytes,
                stamps: StampRules(arrivedAt: arrivedAt)
            )
            do throws(RefusedRecord) {
                records.append(try reader.read(entry.item))
            } catch {
                unreadable.append(UnreadableRecord(rejection: error.rejection, bytes: [UInt8](entry.bytes)))
            }
        }
        return FeedPage(records: records, unreadable: unreadable, nextCursor: envelope.nextCursor)
    }
}

/// Reads one record; knows where it stands, for its messages.
struct FeedRecordReader {
    /// More than one meter's day of half-hours, with corrections.
    static let mostValues = 200

    let position: Int
    /// The record as it came.
    let bytes: ArraySlice<UInt8>
    let stamps: StampRules

    func read(_ item: Any) throws(RefusedRecord) -> FeedRecord {
        let place = "record \(position)"
        guard let record = item as? [String: Any] else {
            throw RefusedRecord(place, "record", "an object", item)
        }
        guard let meter = record["meter_id"] as? String, !meter.isEmpty else {
            throw RefusedRecord(place, "meter_id", "a text", record["meter_id"])
        }
        guard let text = record["delivered_at"] as? String, let deliveredAt = Instant(iso8601: text) else {
            throw RefusedRecord(place, "delivered_at", "an instant with its zone", record["delivered_at"])
        }
        guard let revision = FeedRecordReader.wholeNumber(record["revision"]),
            (1...1_000_000).contains(revision)
        else { throw RefusedRecord(place, "revision", "a whole number from 1", record["revision"]) }
        let unit = record["unit"] as? String ?? "L"
        guard unit == "L" else { throw RefusedRecord(place, "unit", "L", unit) }
        let day = record["measuring_date"] as? String ?? ""
        let key = "\(meter)|\(day)|\(revision)|\(text)"
        var contents = try contents(of: record, place, key, stamps.delivered(at: deliveredAt))
        if let expected = stamps.expectation(of: deliveredAt) {
            contents.rejections.append(RefusedRecord(key, "delivered_at", expected, text).rejection)
        }
        return FeedRecord(
            meter: Meter.ID(meter),
            revision: Int(revision),
            deliveredAt: deliveredAt,
            values: contents.values,
            missing: contents.missing,
            status: FeedRecordReader.status(record),
            key: key,
            bytes: [UInt8](bytes),
            rejections: contents.rejections
        )
    }

    private struct Contents {
        var values: [FeedValue] = []
        var missing: [FeedGap] = []
        var rejections: [Rejection] = []
    }

    /// The values and the gaps, each refused by itself.
    private func contents(
        of record: [String: Any],
        _ place: String,
        _ key: String,
        _ stamps: StampRules
    ) throws(RefusedRecord) -> Contents {
        guard let list = record["values"] as? [Any], list.count <= FeedRecordReader.mostValues else {
            let expected = "a list of at most \(FeedRecordReader.mostValues) values"
            throw RefusedRecord(place, "values", expected, record["values"])
        }
        let gaps = record["missing"] as? [Any] ?? []
        guard gaps.count <= FeedRecordReader.mostValues else {
            let expected = "a list of at most \(FeedRecordReader.mostValues) gaps"
            throw RefusedRecord(place, "missing", expected, gaps.count)
        }
        var contents = Contents()
        for (index, item) in list.enumerated() {
            do throws(RefusedRecord) {
                switch try value(item, "\(key)#\(index)", stamps) {
                case .value(let value): contents.values.append(value)
                case .gap(let gap): contents.missing.append(gap)
                }
            } catch {
                contents.rejections.append(error.rejection)
            }
        }
        for (index, item) in gaps.enumerated() {
            do throws(RefusedRecord) {
                contents.missing.append(try gap(item, "\(key)#missing\(index)", stamps))
            } catch {
                contents.rejections.append(error.rejection)
            }
        }
        contents.missing = FeedRecordReader.merged(contents.missing)
        return contents
    }

    private enum Entry {
        case value(FeedValue)
        case gap(FeedGap)
    }

    /// One value, or the gap that it says it is.
    private func value(_ item: Any, _ place: String, _ stamps: StampRules) throws(RefusedRecord) -> Entry {
        guard let value = item as? [String: Any] else {
            throw RefusedRecord(place, "values", "an object", item)
        }
        let letter = value["q"] as? String ?? ""
        guard letter == "M" || FeedRecordReader.qualities[letter] != nil else {
            throw RefusedRecord(place, "q", "one of N, E, R, C, S, M", value["q"])
        }
        let at = try stamp(value, "at", place, stamps)
        guard let quality = FeedRecordReader.qualities[letter] else {
            return .gap(FeedGap(from: at, to: at, reason: .unknown))
        }
        guard let litres = FeedRecordReader.wholeNumber(value["index_l"]),
            (0..<1_000_000_000_000).contains(litres)
        else { throw RefusedRecord(place, "index_l", "whole litres from 0", value["index_l"]) }
        return .value(FeedValue(at: at, index: .litres(litres), quality: quality))
    }

    private func gap(_ item: Any, _ place: String, _ stamps: StampRules) throws(RefusedRecord) -> FeedGap {
        guard let gap = item as? [String: Any] else {
            throw RefusedRecord(place, "missing", "an object", item)
        }
        let from = try stamp(gap, "from", place, stamps)
        let to = try stamp(gap, "to", place, stamps)
        guard from <= to else { throw RefusedRecord(place, "to", "not before from", gap["to"]) }
        let reason = (gap["reason"] as? String).flatMap(MissingReason.init) ?? .unknown
        return FeedGap(from: from, to: to, reason: reason)
    }

    private func stamp(
        _ object: [String: Any],
        _ field: String,
        _ place: String,
        _ stamps: StampRules
    ) throws(RefusedRecord) -> Instant {
        guard let text = object[field] as? String, let at = Instant(iso8601: text) else {
            throw RefusedRecord(place, field, "an instant with its zone", object[field])
        }
        if let expected = stamps.expectation(of: at) { throw RefusedRecord(place, field, expected, text) }
        return at
    }

    /// A value that only says that it is missing adds nothing to a gap that gives the reason.
    private static func merged(_ gaps: [FeedGap]) -> [FeedGap] {
        let spans = gaps.filter { $0.reason != .unknown }
        return gaps.filter { gap in
            gap.reason != .unknown || !spans.contains { $0.from <= gap.from && gap.to <= $0.to }
        }
    }

    /// N 正常, R 再送 and C 訂正 are measured; E 推定 and S 疑義 are no evidence.
    private static let qualities: [String: ReadingQuality] = [
        "N": .measured, "R": .measured, "C": .measured, "E": .estimated, "S": .suspect,
    ]

    private static func status(_ record: [String: Any]) -> MeterStatus {
        let named = (record["alarms"] as? [String] ?? []).map { AlarmCode($0).status }
        let battery: MeterStatus = record["battery"] as? String == "LOW" ? .lowBattery : []
        return named.reduce(battery) { $0.union($1) }
    }

    /// A JSON number without a fraction; `true` and `false` are none, though Foundation would count them as 1 and 0.
    private static func wholeNumber(_ value: Any?) -> Int64? {
        guard let number = value as? NSNumber, String(cString: number.objCType) != "c" else { return nil }
        return value as? Int64
    }
}
