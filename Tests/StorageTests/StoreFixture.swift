import Foundation
import Metering
import Testing

@testable import Storage

/// The instant that these tests call now: 2026-11-01T00:00:00Z.
let moment = Instant(secondsSince1970: 1_793_491_200)
let hour: Int64 = 3_600

extension ServicePoint.ID {
    static var first: Self { Self("S-00001") }
    static var second: Self { Self("S-00002") }
    static var unknown: Self { Self("S-99999") }
}

extension Meter.ID {
    static var new: Self { Self("M-new") }
    static var between: Self { Self("M-between") }
}

extension Path.ID {
    static var lineA: Self { Self("line-a") }
    static var lineB: Self { Self("line-b") }
    static var feed: Self { Self("feed") }
    static var file: Self { Self("file") }
}

func registered(
    _ point: ServicePoint.ID,
    meter: Meter.ID? = nil,
    capacity: Volume = .cubicMetres(10_000)
) -> RegisteredPoint {
    RegisteredPoint(
        point: ServicePoint(
            id: point,
            calibre: Calibre(millimetres: 20),
            useClass: UseClass("household"),
            area: "north"
        ),
        meter: Meter(
            id: meter ?? Meter.ID("M-" + point.rawValue),
            dial: Dial(capacity: capacity, resolution: .litres(1)),
            verifiedUntil: LocalMonth("2030-03")
        )
    )
}

func reading(
    _ point: ServicePoint.ID = .first,
    at: Instant = moment,
    litres: Int64 = 100,
    quality: ReadingQuality = .measured,
    revision: Int = 1
) -> Reading {
    Reading(point: point, at: at, index: .litres(litres), quality: quality, revision: revision)
}

func arrival(
    _ readings: [Reading],
    path: Path.ID = .lineA,
    key: String? = nil,
    bytes: [UInt8] = [1, 3, 4],
    rejections: [Rejection] = []
) -> Arrival {
    let at = readings.first?.at ?? moment
    let capture = Capture(
        path: path,
        source: "7",
        key: key ?? "\(at) \(readings.first?.index.millilitres ?? 0)",
        times: CaptureTimes(asked: at, answered: at),
        request: [7, 3],
        bytes: bytes
    )
    return Arrival(capture: capture, readings: readings, rejections: rejections)
}

extension MeterStore {
    /// A store in memory that knows two points.
    static func withTwoPoints() async throws -> MeterStore {
        let store = try await MeterStore.inMemory()
        try await store.register([registered(.first), registered(.second)])
        return store
    }

    func allReadings(of point: ServicePoint.ID = .first, asOf: Instant? = nil) async throws -> [Reading] {
        let all = Instant(secondsSince1970: 0)..<Instant(secondsSince1970: 1 << 40)
        return try await readings(of: point, in: all, asOf: asOf)
    }

    /// A setting of the connection that writes.
    func writerSetting(_ name: String) async throws -> String? {
        try await run("PRAGMA \(name)").first
    }

    /// Everything stored, row by row, so that two states can be compared.
    func everything() async throws -> [String] {
        let tables = try await texts(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        var rows: [String] = []
        for table in tables {
            let columns = try await texts("SELECT 'quote(' || name || ')' FROM pragma_table_info('\(table)')")
            let list = columns.joined(separator: " || ' ' || ")
            rows += try await texts("SELECT '\(table) ' || \(list) FROM \(table)")
        }
        return rows.sorted()
    }
}

/// A folder of its own for one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/mizumori-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
