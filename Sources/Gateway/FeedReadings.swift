import Acquisition
import Decoding
import Metering
import Normalisation
import Storage

/// What one page of the feed means: a capture and readings for each record, a reason for each that made no sense.
struct FeedReadings {
    let arrivals: [Arrival]
    /// The newest delivery on the page; nil when it has none.
    let watermark: Watermark?

    init(_ page: FeedDelivery, tenures: MeterTenures) throws(FeedDecodingError) {
        let decoded = try FeedPage.decode(page.body)
        var arrivals = decoded.records.map { record in
            let measured = record.values.last?.at ?? record.deliveredAt
            let point = tenures.point(of: record.meter, at: measured)
            return FeedReadings.arrival(of: record, on: page, at: point)
        }
        if !decoded.rejections.isEmpty {
            arrivals.append(FeedReadings.arrival(of: decoded.rejections, on: page))
        }
        self.arrivals = arrivals
        watermark = decoded.records.map(\.deliveredAt).max().map {
            Watermark(path: page.path, deliveredAt: $0)
        }
    }

    private static func arrival(of record: FeedRecord, on page: FeedDelivery, at point: ServicePoint.ID?)
        -> Arrival
    {
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
        guard let point else {
            let unknown = Rejection(
                place: record.key,
                field: "meter_id",
                expected: "a meter of the register",
                found: record.meter.rawValue
            )
            return Arrival(capture: capture, readings: [], rejections: record.rejections + [unknown])
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
        return Arrival(capture: capture, readings: readings, rejections: record.rejections)
    }

    /// Records without a meter or a key of their own are kept with the page.
    private static func arrival(of rejections: [Rejection], on page: FeedDelivery) -> Arrival {
        let capture = Capture(
            path: page.path,
            source: page.path.rawValue,
            key: "page@\(page.asked.secondsSince1970)",
            times: CaptureTimes(asked: page.asked, answered: page.answered),
            bytes: page.body
        )
        return Arrival(capture: capture, readings: [], rejections: rejections)
    }
}
