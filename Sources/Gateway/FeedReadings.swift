import Acquisition
import Decoding
import Metering
import Normalisation
import Storage

/// What one page of the feed means: for each record a capture with all that it says, a reason for each that made no
/// sense.
struct FeedReadings {
    let arrivals: [FeedArrival]
    /// The newest delivery on the page; nil when it has none.
    ///
    /// Never later than the page itself: a feed whose clock runs ahead would take all that it delivers until then out
    /// of our sight.
    let watermark: Watermark?

    /// - Parameters:
    ///   - page: as it came.
    ///   - tenures: where the feed's numbers hung when.
    ///   - seconds: the points that have the feed as their second way.
    /// - Throws: when the page is none.
    init(_ page: FeedDelivery, tenures: MeterTenures, seconds: Set<ServicePoint.ID> = [])
        throws(FeedDecodingError)
    {
        let unreadable: [UnreadableRecord]
        let newest: Instant?
        let arrivals: [FeedArrival]
        switch page.resource {
        case .readings:
            let decoded = try FeedPage.decode(page.body, arrivedAt: page.answered)
            arrivals = decoded.records.map { FeedReadings.arrival(of: $0, on: page, tenures, seconds) }
            unreadable = decoded.unreadable
            newest = decoded.records.map(\.deliveredAt).max()
        case .alarms:
            let decoded = try FeedAlarmPage.decode(page.body, arrivedAt: page.answered)
            arrivals = decoded.alarms.map { FeedReadings.arrival(of: $0, on: page, tenures) }
            unreadable = decoded.unreadable
            newest = decoded.alarms.map(\.deliveredAt).max()
        }
        self.arrivals = arrivals + unreadable.map { FeedReadings.arrival(of: $0, on: page) }
        watermark = newest.map { Watermark(path: page.path, deliveredAt: min($0, page.answered)) }
    }

    private static func arrival(
        of record: FeedRecord,
        on page: FeedDelivery,
        _ tenures: MeterTenures,
        _ seconds: Set<ServicePoint.ID>
    ) -> FeedArrival {
        let capture = Capture(
            path: page.path,
            source: record.meter.rawValue,
            key: record.key,
            times: CaptureTimes(
                asked: page.asked,
                answered: page.answered,
                own: record.values.last?.at,
                delivered: record.deliveredAt
            ),
            bytes: record.bytes
        )
        guard let point = tenures.point(of: record.meter, at: record.values.last?.at ?? record.deliveredAt)
        else {
            return unknown(record.meter, capture, record.rejections)
        }
        let readings = record.values.map { value in
            Reading(
                point: point,
                at: value.at,
                index: value.index,
                quality: value.quality,
                status: record.status,
                revision: record.revision
            )
        }
        let isSecond = seconds.contains(point)
        return FeedArrival(
            Arrival(
                capture: capture,
                readings: isSecond ? [] : readings,
                second: isSecond ? readings : [],
                rejections: record.rejections
            ),
            missing: record.missing.map {
                MissingSpan(point: point, from: $0.from, to: $0.to, reason: $0.reason)
            }
        )
    }

    private static func arrival(of alarm: FeedAlarm, on page: FeedDelivery, _ tenures: MeterTenures)
        -> FeedArrival
    {
        let capture = Capture(
            path: page.path,
            source: alarm.meter.rawValue,
            key: alarm.key,
            times: CaptureTimes(
                asked: page.asked,
                answered: page.answered,
                own: alarm.at,
                delivered: alarm.deliveredAt
            ),
            bytes: alarm.bytes
        )
        guard let point = tenures.point(of: alarm.meter, at: alarm.at) else {
            return unknown(alarm.meter, capture, alarm.rejections)
        }
        let change = AlarmChange(
            point: point,
            meter: alarm.meter,
            code: alarm.code,
            at: alarm.at,
            isRaised: alarm.isRaised,
            telegram: alarm.telegram
        )
        return FeedArrival(
            Arrival(capture: capture, readings: [], rejections: alarm.rejections),
            alarms: [change]
        )
    }

    /// A meter that the register does not have is kept as it came, and told.
    private static func unknown(_ meter: Meter.ID, _ capture: Capture, _ others: [Rejection]) -> FeedArrival {
        let rejection = Rejection(
            place: capture.key,
            field: "meter_id",
            expected: "a meter of the register",
            found: meter.rawValue
        )
        return FeedArrival(Arrival(capture: capture, readings: [], rejections: others + [rejection]))
    }

    /// A record without a key of its own is known by its bytes, so that it is put aside once however often it comes.
    private static func arrival(of record: UnreadableRecord, on page: FeedDelivery) -> FeedArrival {
        let capture = Capture(
            path: page.path,
            source: page.path.rawValue,
            key: "unreadable|\(Fingerprint(of: record.bytes))",
            times: CaptureTimes(asked: page.asked, answered: page.answered),
            bytes: record.bytes
        )
        return FeedArrival(Arrival(capture: capture, readings: [], rejections: [record.rejection]))
    }
}
