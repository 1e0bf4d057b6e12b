import Metering

/// The feed's JSON, contract `kyodo-kenshin/1.0`, always in the same spelling.
enum FeedText {
    static func page(_ records: [String], generatedAt: Instant, nextCursor: String?) -> String {
        let cursor = nextCursor.map { "\"\($0)\"" } ?? "null"
        return """
            {"schema":"kyodo-kenshin/1.0","generated_at":"\(generatedAt.japaneseDescription)",\
            "next_cursor":\(cursor),"records":[\(records.joined(separator: ","))]}
            """
    }

    /// One meter-day: the values of `hours` that were read by `meter`, those in `late` marked as such, stamped by a clock
    /// that is ahead.
    static func record(
        _ delivery: FeedDispatch.Delivery,
        meter: Meter.ID,
        values: [(hour: Int, litres: Int64)],
        aheadBy skew: Int64
    ) -> String {
        let day = delivery.day
        let regular = values.map { value in
            let isLate = delivery.late?.contains(value.hour) == true
            let quality = delivery.isCorrection ? "C" : isLate ? "R" : "N"
            return entry(day.start + Int64(value.hour) * 3_600 + skew, value.litres, quality)
        }
        let entries = regular + (delivery.hasStrayStamps ? strays(of: delivery, values) : [])
        let missing = delivery.missing.map { hours in
            let from = (day.start + Int64(hours.lowerBound) * 3_600).japaneseDescription
            let to = (day.start + Int64(hours.upperBound) * 3_600).japaneseDescription
            return "{\"from\":\"\(from)\",\"to\":\"\(to)\",\"reason\":\"COMM\"}"
        }
        return """
            {"meter_id":"\(meter)","terminal_id":"\(terminal(of: delivery.point))",\
            "supply_point":"\(delivery.point)","measuring_date":"\(day)","interval_sec":3600,"unit":"L",\
            "revision":\(delivery.revision),"delivered_at":"\(delivery.at.japaneseDescription)",\
            "values":[\(entries.joined(separator: ","))],"missing":[\(missing ?? "")],\
            "alarms_raw":"@@@@@","alarms":[],"battery":"OK","rssi_dbm":-92}
            """
    }

    private static func entry(_ at: Instant, _ litres: Int64, _ quality: String) -> String {
        "{\"at\":\"\(at.japaneseDescription)\",\"index_l\":\(litres),\"q\":\"\(quality)\"}"
    }

    /// Values of a clock that was set to zero, and of one that is ahead by a day.
    private static func strays(
        of delivery: FeedDispatch.Delivery,
        _ values: [(hour: Int, litres: Int64)]
    ) -> [String] {
        let litres = values.last?.litres ?? 0
        return [entry(delivery.at - 500 * 86_400, litres, "N"), entry(delivery.at + 86_400, litres, "N")]
    }

    static func alarm(_ alarm: SimulatedAlarm) -> String {
        """
        {"meter_id":"\(alarm.meter)","code":"\(alarm.code)","state":"\(alarm.isRaised ? "START" : "CLEAR")",\
        "at":"\(alarm.at.japaneseDescription)","alarms_raw":"\(alarm.isRaised ? "A@@@@" : "@@@@@")",\
        "delivered_at":"\(alarm.deliveredAt.japaneseDescription)"}
        """
    }

    static func device(_ point: ServicePoint, _ meter: Meter.ID) -> String {
        """
        {"meter_id":"\(meter)","terminal_id":"\(terminal(of: point.id))","supply_point":"\(point.id)",\
        "calibre_mm":\(point.calibre.millimetres),"interval_sec":3600,"unit":"L"}
        """
    }

    /// Six hexadecimal digits that follow from the supply point.
    private static func terminal(of point: ServicePoint.ID) -> String {
        var random = SeededRandom(seed: 0, stream: "\(point)/terminal")
        return String(0xA0_0000 + random.integer(in: 0...0x0F_FFFF), radix: 16, uppercase: true)
    }
}
