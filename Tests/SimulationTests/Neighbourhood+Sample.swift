import Metering
import Simulation

/// A neighbourhood like the pilot's, small enough to be read.
enum Sample {
    static let start = Instant(secondsSince1970: 1_767_193_200)  // 2026-01-01T00:00+09:00
    static let days: Int64 = 60

    static func span(days: Int64 = days) -> Range<Instant> {
        start..<start + days * 86_400
    }

    static func point(_ number: Int, _ useClass: String = "household", calibre: Int = 13) -> ServicePoint {
        ServicePoint(
            id: ServicePoint.ID("S-\(String(10_000 + number).dropFirst())"),
            calibre: Calibre(millimetres: calibre),
            useClass: UseClass(useClass),
            isVacant: useClass == "vacant"
        )
    }

    static func place(
        _ number: Int,
        _ useClass: String = "household",
        calibre: Int = 13,
        reach: SimulatedInstallation.Reach = .feed,
        resolution: Volume = .litres(1),
        offset: Volume = .zero
    ) -> SimulatedInstallation {
        SimulatedInstallation(
            point: point(number, useClass, calibre: calibre),
            meter: Meter.ID("M\(number)"),
            dial: Dial(capacity: .cubicMetres(10_000), resolution: resolution),
            reach: reach,
            dialOffset: offset
        )
    }

    /// Eight wired places, of which three have a unit of their own, and six of the feed.
    static let places: [SimulatedInstallation] =
        (1...5).map { place($0, reach: .wired(hasUnitOfItsOwn: false), offset: .litres(1_234_567)) }
        + [
            place(
                6,
                "restaurant",
                calibre: 25,
                reach: .wired(hasUnitOfItsOwn: false),
                resolution: .litres(10)
            ),
            place(7, "apartment_master", calibre: 40, reach: .wired(hasUnitOfItsOwn: true)),
            place(8, calibre: 20, reach: .wired(hasUnitOfItsOwn: true)),
        ]
        + (9...14).map { place($0, $0 == 14 ? "vacant" : "household", calibre: 20) }

    static func neighbourhood(
        seed: UInt64 = 1,
        days: Int64 = days,
        _ places: [SimulatedInstallation] = places
    ) -> Neighbourhood {
        Neighbourhood(places, span: span(days: days), seed: seed)
    }

    /// Too short for anything to be planted.
    static func quiet(_ places: [SimulatedInstallation], seed: UInt64 = 1) -> Neighbourhood {
        neighbourhood(seed: seed, days: 2, places)
    }
}
