public import Metering

/// A line of `meters.csv`: what has to be known of a meter to judge its readings.
public struct MeterRow: ExchangedRow {
    public static let columns = [
        "meter_id", "diameter_mm", "customer_class", "rollover_l", "watch", "resolution_l", "area", "vacant",
    ]

    public let meter: Meter.ID
    public let calibre: Calibre
    public let useClass: UseClass
    public let dial: Dial
    /// Whether somebody asked for alarms when no water is used.
    public let isWatched: Bool
    public let area: String
    public let isVacant: Bool

    public init(
        meter: Meter.ID,
        calibre: Calibre,
        useClass: UseClass,
        dial: Dial,
        isWatched: Bool = false,
        area: String = "",
        isVacant: Bool = false
    ) {
        self.meter = meter
        self.calibre = calibre
        self.useClass = useClass
        self.dial = dial
        self.isWatched = isWatched
        self.area = area
        self.isVacant = isVacant
    }

    public var cells: [CSVTable.Cell] {
        [
            .text(meter.rawValue), .integer(Int64(calibre.millimetres)), .text(useClass.name),
            .integer(dial.capacity.wholeLitres), .integer(isWatched ? 1 : 0),
            .number(MeterRow.litres(dial.resolution)), .text(area), .integer(isVacant ? 1 : 0),
        ]
    }

    /// One count in litres: 10, 0.1.
    private static func litres(_ resolution: Volume) -> String {
        String(resolution.description.dropLast(2))
    }
}
