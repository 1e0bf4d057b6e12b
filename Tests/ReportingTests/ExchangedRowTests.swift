import Billing
import Metering
import Reporting
import Testing

struct ExchangedRowTests {
    private static let meter = Meter.ID("P0001")
    private static let at = Instant(secondsSince1970: 1_731_596_575)

    @Test func `readings.csv`() {
        let rows = [
            ReadingRow(meter: Self.meter, at: Self.at, index: .millilitres(201_233_999)),
            ReadingRow(
                meter: Self.meter,
                at: Self.at,
                index: nil,
                status: "NODATA",
                receivedAt: Self.at + 3_600
            ),
        ]
        #expect(
            ReadingRow.text(rows) == """
                meter_id,timestamp,index_l,status,received_at
                P0001,2024-11-15T00:02:55+09:00,201233,OK,
                P0001,2024-11-15T00:02:55+09:00,,NODATA,2024-11-15T01:02:55+09:00

                """
        )
    }

    @Test func `meters.csv`() {
        let dial = Dial(capacity: .cubicMetres(10_000), resolution: .millilitres(100))
        let rows = [
            MeterRow(
                meter: Self.meter,
                calibre: Calibre(millimetres: 20),
                useClass: UseClass("household"),
                dial: dial
            ),
            MeterRow(
                meter: Self.meter,
                calibre: Calibre(millimetres: 13),
                useClass: UseClass("vacant"),
                dial: Dial(capacity: .cubicMetres(10_000), resolution: .litres(10)),
                isWatched: true,
                area: "比角",
                isVacant: true
            ),
        ]
        #expect(
            MeterRow.text(rows) == """
                meter_id,diameter_mm,customer_class,rollover_l,watch,resolution_l,area,vacant
                P0001,20,household,10000000,0,0.100,,0
                P0001,13,vacant,10000000,1,10,比角,1

                """
        )
    }

    @Test func `exchanges.csv`() {
        let exchange = MeterExchange(
            point: ServicePoint.ID("S-00001"),
            at: Self.at,
            closing: .litres(1_187_655),
            opening: .litres(44),
            newMeter: Meter.ID("N00010")
        )
        #expect(
            ExchangeRow.text([ExchangeRow(meter: Self.meter, exchange: exchange)]) == """
                meter_id,at,final_index_l,initial_index_l,new_serial
                P0001,2024-11-15T00:02:55+09:00,1187655,44,N00010

                """
        )
    }

    @Test func `events.csv and detections.csv`() {
        let event = EventRow(
            meter: Self.meter,
            kind: "reverse_flow",
            start: Self.at,
            end: Self.at + 3_600,
            rate: .millilitresPerHour(-3_260),
            detail: "325 L returned, in all"
        )
        #expect(
            EventRow.text([event]) == """
                meter_id,kind,start,end,rate_lph,detail
                P0001,reverse_flow,2024-11-15T00:02:55+09:00,2024-11-15T01:02:55+09:00,-3.260,"325 L returned, in all"

                """
        )
        #expect(
            DetectionRow.text([DetectionRow(meter: Self.meter, kind: .noData, detectedAt: Self.at)]) == """
                meter_id,kind,detected_at
                P0001,comm_loss,2024-11-15T00:02:55+09:00

                """
        )
    }

    @Test func `billing.csv and truth_billing.csv`() throws {
        let from = try #require(LocalDay("2024-11-15"))
        let to = try #require(LocalDay("2024-12-01"))
        let coverage = Coverage(knownSeconds: 1, totalSeconds: 2)
        let rows = [
            MonthTotal(from: from, to: to, usageLitres: 6_964, quality: .measured, coverage: coverage),
            MonthTotal(from: from, to: to, usageLitres: nil, quality: .blocked, coverage: coverage),
        ].map { BillingRow(meter: Self.meter, total: $0) }
        #expect(
            BillingRow.text(rows) == """
                meter_id,from,to,usage_l,quality
                P0001,2024-11-15,2024-12-01,6964,measured
                P0001,2024-11-15,2024-12-01,,blocked

                """
        )
        let truth = TruthRow(
            meter: Self.meter,
            from: from,
            to: to,
            registered: .millilitres(6_964_399),
            used: .millilitres(-50)
        )
        #expect(
            TruthRow.text([truth]) == """
                meter_id,from,to,registered_l,true_l
                P0001,2024-11-15,2024-12-01,6964.3,-0.0

                """
        )
    }
}
