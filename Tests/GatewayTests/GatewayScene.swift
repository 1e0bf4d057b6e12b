import Acquisition
import Alerting
import Decoding
import Detection
import Logging
import Mail
import Metering
import Storage
import Testing

@testable import Gateway

/// Midnight in Japan of a day in March 2026, and hours after it.
func march(_ day: Int64, hours: Int64 = 0, seconds: Int64 = 0) -> Instant {
    // 2026-03-01T00:00:00+09:00
    Instant(secondsSince1970: 1_772_290_800 + (day - 1) * 86_400 + hours * 3_600 + seconds)
}

extension ServicePoint.ID {
    static var wired: Self { Self("S-00001") }
    static var beside: Self { Self("S-00002") }
    static var fed: Self { Self("S-00003") }
}

extension Path.ID {
    static var line: Self { Self("line-a") }
    static var feed: Self { Self("feed") }
}

/// Three homes: two behind one pulse module, one in the feed.
struct GatewayScene {
    static let module = MeterProfile(
        id: MeterProfile.ID("pulses"),
        title: "pulses",
        sources: ["made up"],
        link: LinkManners(),
        limits: ReadLimits(),
        fields: [
            "first": RegisterField(name: "first", function: .inputRegisters, address: 0, type: .uint32),
            "second": RegisterField(
                name: "second",
                function: .inputRegisters,
                address: 2,
                type: .uint32,
                invalid: [.pattern(0xFFFF_FFFF)]
            ),
        ],
        channels: [
            1: MeterChannel(index: VolumeExpression(terms: [VolumeExpression.Term("first")], unit: .site)),
            2: MeterChannel(index: VolumeExpression(terms: [VolumeExpression.Term("second")], unit: .site)),
        ]
    )

    static let dial = Dial(capacity: .cubicMetres(10_000), resolution: .litres(1))

    static let pilot = Pilot(
        installations: [
            installation(.wired, "M-1", .line(wiring(channel: 1))),
            installation(.beside, "M-2", .line(wiring(channel: 2))),
            installation(.fed, "M-3", .feed(Meter.ID("TN-3"))),
        ],
        profiles: [module]
    )

    private static func installation(
        _ point: ServicePoint.ID,
        _ meter: String,
        _ source: Installation.Source
    ) -> Installation {
        Installation(
            point: ServicePoint(
                id: point,
                calibre: Calibre(millimetres: 20),
                useClass: UseClass("household"),
                area: ""
            ),
            meter: Meter(id: Meter.ID(meter), dial: dial),
            source: source
        )
    }

    private static func wiring(channel: Int) -> Installation.Wiring {
        Installation.Wiring(
            path: .line,
            unit: 11,
            channel: channel,
            model: module.id,
            site: SiteConversion(dial: dial, litresPerCount: ExactDecimal(coefficient: 1), dialOffset: .zero)
        )
    }

    static func templates() throws -> MailTemplates {
        MailTemplates(
            incident: try MailTemplate(
                "Subject: {{kind}} {{place}}\n\n{{next_steps}}\n",
                named: "incident",
                placeholders: MailTemplates.incidentPlaceholders
            ),
            test: try MailTemplate("Subject: test\n\n{{sent_at}}\n", named: "test", placeholders: ["sent_at"])
        )
    }

    let store: MeterStore
    let pipeline: Pipeline

    init(_ store: MeterStore? = nil) async throws {
        if let store {
            self.store = store
        } else {
            self.store = try await MeterStore.inMemory()
            _ = try await self.store.register(GatewayScene.pilot.registered)
        }
        let policy = AlertPolicy(
            station: "test",
            host: "example.jp",
            recipients: [.warning: ["duty@example.jp"], .maintenance: ["duty@example.jp"]]
        )
        let terms = Pipeline.Terms(
            pilot: GatewayScene.pilot,
            judge: Judge(rules: .shipped, policy: policy),
            feedDelaySeconds: 30 * 3_600
        )
        pipeline = Pipeline(
            store: self.store,
            terms: { terms },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Stores readings as one record of the feed, and judges nothing.
    func keep(_ readings: [Reading], key: String, at now: Instant) async throws {
        let capture = Capture(
            path: .feed,
            source: "TN-3",
            key: key,
            times: CaptureTimes(asked: now, answered: now),
            bytes: Array(key.utf8)
        )
        _ = try await store.store([Arrival(capture: capture, readings: readings)], at: now)
    }

    /// What the module answers when its counters stand at these counts.
    static func answer(_ first: UInt32, _ second: UInt32, at: Instant, isConfirmation: Bool = false) throws
        -> UnitAnswer
    {
        let request = ReadRequest(function: .inputRegisters, address: 0, count: 4)
        let data = [first, second].flatMap { count in
            (0..<4).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
        }
        var image = RegisterImage()
        try image.record(request, data: data)
        let frame: [UInt8] = [11, 4, 8] + data
        let exchange = Exchange(
            read: request,
            asked: Moment(at),
            answered: Moment(at),
            request: Frame.rtuRequest(request, unit: 11),
            reply: frame + RTUChecksum.of(frame),
            data: data
        )
        return UnitAnswer(
            path: .line,
            unit: 11,
            exchanges: [exchange],
            image: image,
            isConfirmation: isConfirmation
        )
    }

    /// A page of the feed with one record of the fed meter.
    static func page(
        _ values: [(at: Instant, litres: Int64)],
        delivered: Instant,
        revision: Int = 1,
        meter: String = "TN-3"
    ) -> FeedDelivery {
        let list = values.map { #"{"at":"\#($0.at)","index_l":\#($0.litres),"q":"N"}"# }
        let body = """
            {"schema":"kyodo-kenshin/1.0","next_cursor":null,"records":[{"meter_id":"\(meter)",
            "measuring_date":"2026-03-01","revision":\(revision),"unit":"L","delivered_at":"\(delivered)",
            "values":[\(list.joined(separator: ","))]}]}
            """
        return FeedDelivery(path: .feed, asked: delivered, answered: delivered, body: Array(body.utf8))
    }
}
