import Foundation
import Metering
import Storage

/// Readings as lines bring them: one hour of all meters a commit, each with the frames that it came from.
struct StreamWork {
    let meters: Int
    let commits: Int

    func run(in folder: String) async throws -> [String: Double] {
        let store = try await MeterStore.open(folder: folder, as: .collector)
        let points = (0..<meters).map { ServicePoint.ID("S-\(String($0 + 1_000_000).dropFirst())") }
        _ = try await store.register(points.map(StreamWork.registered))
        let start = Instant(secondsSince1970: 1_780_000_000 / 3_600 * 3_600)
        var seconds = 0.0
        for commit in 0..<commits {
            let hour = start + Int64(commit) * 3_600
            let arrivals = points.enumerated().map { arrival(of: $1, number: $0, commit: commit, at: hour) }
            let watch = Stopwatch()
            _ = try await store.store(arrivals, at: hour + 5)
            seconds += watch.seconds
        }
        try await store.checkpoint()
        return ["seconds": seconds, "readings": Double(meters * commits)]
    }

    private static func registered(_ id: ServicePoint.ID) -> RegisteredPoint {
        RegisteredPoint(
            point: ServicePoint(id: id, calibre: Calibre(millimetres: 13), useClass: UseClass("household")),
            meter: Meter(
                id: Meter.ID("M-" + id.rawValue),
                dial: Dial(capacity: .cubicMetres(10_000), resolution: .litres(1))
            )
        )
    }

    private func arrival(of point: ServicePoint.ID, number: Int, commit: Int, at hour: Instant) -> Arrival {
        let (line, unit) = (number / 200, number % 200 + 1)
        let counts = UInt32(truncatingIfNeeded: 100_000 + number * 7 + commit * (1 + number % 13))
        let words = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: counts >> UInt32($0)) }
        let address = UInt8(unit)
        let capture = Capture(
            path: Path.ID("line-\(line)"),
            source: "unit \(unit)",
            key: "\(hour.secondsSince1970)000000@\(unit)",
            times: CaptureTimes(asked: hour, answered: hour + 1),
            request: [address, 4, 0, 0, 0, 2, 0x71, 0xCB],
            bytes: [address, 4, 4] + words + [0x12, 0x34]
        )
        let reading = Reading(point: point, at: hour + 1, index: .litres(Int64(counts)))
        return Arrival(capture: capture, readings: [reading])
    }
}
