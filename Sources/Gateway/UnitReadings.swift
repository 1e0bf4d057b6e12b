import Acquisition
import Decoding
import Metering
import Storage

/// What one unit's answer means: a capture for each exchange, and a reading or a reason for each meter behind it.
struct UnitReadings {
    let arrivals: [Arrival]
    /// Those of the points' first ways.
    let readings: [Reading]
    /// Those of the points that have the unit as their second way.
    let second: [Reading]

    /// - Parameters:
    ///   - answer: of one unit.
    ///   - pilot: who hangs behind it.
    ///   - offsets: of dials that were set anew since their files were written.
    init(_ answer: UnitAnswer, pilot: Pilot, offsets: [ServicePoint.ID: Volume] = [:]) {
        var readings: [Route: [Reading]] = [:]
        var rejections: [Rejection] = []
        let answeredAt = answer.exchanges.last?.answered.instant
        for way in pilot.ways(on: answer.path, unit: answer.unit) {
            let (wiring, point) = (way.wiring, way.installation.point.id)
            guard let model = pilot.profiles[wiring.model], let answeredAt else { continue }
            // States read alone bring no index; the one in the image is older than they are.
            guard let last = answer.exchanges.last?.read,
                RequestPlanner(profile: model).bringsIndex(last, [wiring.channel])
            else { continue }
            do throws(RegisterDecodingError) {
                // A dial is set at the first way; the second one's counter is laid on it by reconciliation.
                let offset = way.route == .first ? offsets[point] : nil
                let site = offset.map { wiring.site.offset(by: $0) } ?? wiring.site
                let decoded = try MeterDecoder(profile: model)
                    .index(channel: wiring.channel, image: answer.image, site: site)
                readings[way.route, default: []].append(
                    Reading(
                        point: point,
                        at: answeredAt,
                        index: decoded.index,
                        quality: decoded.quality,
                        status: decoded.status
                    )
                )
            } catch {
                rejections.append(
                    Rejection(
                        place: "\(answer.path) unit \(answer.unit) channel \(wiring.channel)",
                        field: "index",
                        expected: "an index of \(model.id)",
                        found: error.description
                    )
                )
            }
        }
        self.readings = readings[.first] ?? []
        second = readings[.second] ?? []
        let model = pilot.ways(on: answer.path, unit: answer.unit).first?.wiring.model
        let clock = UnitClock(of: answer, model: model.flatMap { pilot.profiles[$0] })
        arrivals = UnitReadings.arrivals(of: answer, clock, self.readings, second, rejections)
    }

    /// What captures call a unit.
    static func source(of unit: UInt8) -> String { "unit \(unit)" }

    /// The readings belong to the last exchange, which brought the index.
    private static func arrivals(
        of answer: UnitAnswer,
        _ clock: UnitClock,
        _ readings: [Reading],
        _ second: [Reading],
        _ rejections: [Rejection]
    ) -> [Arrival] {
        answer.exchanges.enumerated().map { position, exchange in
            let isLast = position == answer.exchanges.count - 1
            let capture = Capture(
                path: answer.path,
                source: UnitReadings.source(of: answer.unit),
                // The time first, so that keys are stored in the order in which they come.
                key: "\(exchange.answered.microseconds)@\(answer.unit)",
                times: CaptureTimes(
                    asked: exchange.asked.instant,
                    answered: exchange.answered.instant,
                    own: clock.shown(by: exchange)
                ),
                request: exchange.request,
                bytes: exchange.reply
            )
            return Arrival(
                capture: capture,
                readings: isLast ? readings : [],
                second: isLast ? second : [],
                rejections: isLast ? rejections : []
            )
        }
    }
}

/// The unit's own clock, as one of its answers shows it.
private struct UnitClock {
    private let planner: RequestPlanner?
    private let shown: Instant?

    init(of answer: UnitAnswer, model: MeterProfile?) {
        guard let model, model.clock != nil else {
            (planner, shown) = (nil, nil)
            return
        }
        planner = RequestPlanner(profile: model)
        shown = MeterDecoder(profile: model).clock(in: answer.image)
    }

    /// Nil for an exchange that did not bring it: what the image still has is older.
    func shown(by exchange: Exchange) -> Instant? {
        planner?.bringsClock(exchange.read) == true ? shown : nil
    }
}
