import FoundationEssentials
import Metering

/// The body of `POST /v1/water/redelivery`: a meter and its measuring days, both ends included.
struct RedeliveryText {
    let meter: Meter.ID
    let days: ClosedRange<LocalDay>

    private struct Document: Decodable {
        let meter_id: String
        let from: String
        let to: String
    }

    /// - Returns: nil when the body is none.
    init?(_ body: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)),
            let from = LocalDay(document.from), let to = LocalDay(document.to), from <= to
        else { return nil }
        meter = Meter.ID(document.meter_id)
        days = from...to
    }
}
