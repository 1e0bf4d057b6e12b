public import Metering

/// One change of an alarm, as the feed tells it.
public struct FeedAlarm: Hashable, Sendable {
    public let meter: Meter.ID
    public let code: AlarmCode
    /// By the meter's clock.
    public let at: Instant
    public let isRaised: Bool
    /// The telegram (電文) as it was passed on: `A@@@@`; empty where it was not.
    public let telegram: String
    public let deliveredAt: Instant
    /// What makes the change itself: meter, code, time, state and delivery.
    ///
    /// The same key again is a re-delivery.
    public let key: String
    /// The record as it came.
    public let bytes: [UInt8]
    /// What is odd about it, though it was taken.
    public let rejections: [Rejection]
}

/// One page of `/v1/water/alarms`, contract `kyodo-kenshin/1.0`.
///
/// No power company's contract was found, so this one is ours. An alarm is a level that starts and clears, and a record
/// tells one of the two:
///
/// ```
/// {"meter_id":"TN0012345678","code":"LEAK_1","state":"START","at":"2024-01-24T03:10:00+09:00",
///  "alarms_raw":"A@@@@","delivered_at":"2024-01-24T03:11:02+09:00"}
/// ```
public struct FeedAlarmPage: Hashable, Sendable {
    public let alarms: [FeedAlarm]
    /// Records that made no sense at all.
    public let unreadable: [UnreadableRecord]

    /// Reads the body of one page.
    ///
    /// - Parameters:
    ///   - bytes: JSON in UTF-8.
    ///   - arrivedAt: when it came, by our clock, which stamps are compared with.
    /// - Returns: the changes that made sense, and the reasons of the others.
    /// - Throws: `FeedDecodingError` when the body is no page of this contract.
    public static func decode(_ bytes: [UInt8], arrivedAt: Instant) throws(FeedDecodingError) -> FeedAlarmPage
    {
        let envelope = try FeedEnvelope(bytes)
        var alarms: [FeedAlarm] = []
        var unreadable: [UnreadableRecord] = []
        for (position, entry) in envelope.items.enumerated() {
            let reader = FeedAlarmReader(
                place: "record \(position)",
                bytes: entry.bytes,
                stamps: StampRules(arrivedAt: arrivedAt)
            )
            do throws(RefusedRecord) {
                alarms.append(try reader.read(entry.item))
            } catch {
                unreadable.append(UnreadableRecord(rejection: error.rejection, bytes: [UInt8](entry.bytes)))
            }
        }
        return FeedAlarmPage(alarms: alarms, unreadable: unreadable)
    }
}

/// Reads one change; knows where it stands, for its messages.
private struct FeedAlarmReader {
    let place: String
    let bytes: ArraySlice<UInt8>
    let stamps: StampRules

    func read(_ item: Any) throws(RefusedRecord) -> FeedAlarm {
        guard let record = item as? [String: Any] else {
            throw RefusedRecord(place, "record", "an object", item)
        }
        let meter = try text(record, "meter_id")
        let code = try text(record, "code")
        let state = try text(record, "state")
        guard state == "START" || state == "CLEAR" else {
            throw RefusedRecord(place, "state", "START or CLEAR", state)
        }
        let at = try instant(record, "at")
        let delivered = try instant(record, "delivered_at")
        if let expected = stamps.delivered(at: delivered.instant).expectation(of: at.instant) {
            throw RefusedRecord(place, "at", expected, at.text)
        }
        let key = [meter, code, at.text, state, delivered.text].joined(separator: "|")
        let odd = stamps.expectation(of: delivered.instant).map {
            RefusedRecord(key, "delivered_at", $0, delivered.text).rejection
        }
        return FeedAlarm(
            meter: Meter.ID(meter),
            code: AlarmCode(code),
            at: at.instant,
            isRaised: state == "START",
            telegram: record["alarms_raw"] as? String ?? "",
            deliveredAt: delivered.instant,
            key: key,
            bytes: [UInt8](bytes),
            rejections: odd.map { [$0] } ?? []
        )
    }

    private func text(_ record: [String: Any], _ field: String) throws(RefusedRecord) -> String {
        guard let text = record[field] as? String, !text.isEmpty, text.utf8.count <= 200 else {
            throw RefusedRecord(place, field, "a text", record[field])
        }
        return text
    }

    private func instant(_ record: [String: Any], _ field: String) throws(RefusedRecord) -> (
        instant: Instant, text: String
    ) {
        let text = try text(record, field)
        guard let instant = Instant(iso8601: text) else {
            throw RefusedRecord(place, field, "an instant with its zone", text)
        }
        return (instant, text)
    }
}
