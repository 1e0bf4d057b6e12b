import Metering
import Testing

@testable import Storage

struct DialSettingTests {
    private func setting(_ at: Instant, dial: Int64, offset: Int64, cause: DialSetting.Cause = .dialReading)
        -> DialSetting
    {
        DialSetting(
            point: .first,
            at: at,
            dial: .litres(dial),
            offset: .litres(offset),
            cause: cause,
            drift: .litres(7)
        )
    }

    private func hours(_ store: MeterStore, _ litres: [Int64]) async throws {
        for (hourNumber, value) in litres.enumerated() {
            let at = moment + Int64(hourNumber) * hour
            _ = try await store.store([arrival([reading(at: at, litres: value)])], at: at)
        }
    }

    private func indexes(_ store: MeterStore, asOf: Instant? = nil) async throws -> [Int64] {
        try await store.allReadings(asOf: asOf).map(\.index.roundedLitres)
    }

    @Test func `a dial that is set moves the readings since then, and the old ones stay`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await hours(store, [100, 110, 120, 130])
        let now = moment + 10 * hour
        let moved = try await store.record(
            setting(moment + 2 * hour, dial: 127, offset: 7),
            replacing: .zero,
            by: "fitter",
            reason: "missed pulses",
            at: now
        )
        #expect(moved == 2)
        #expect(try await indexes(store) == [100, 110, 127, 137])
        #expect(try await indexes(store, asOf: moment + 9 * hour) == [100, 110, 120, 130])
        #expect(
            try await store.dialSettings(of: .first) == [setting(moment + 2 * hour, dial: 127, offset: 7)]
        )
        #expect(try await store.auditLog().map(\.action) == ["dial_reading"])
        #expect(try await store.unjudgedPoints(stage: "any").map(\.earliest) == [moment])
        #expect(try await store.verify() == [])
    }

    @Test func `readings behind a later setting are left where that put them`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await hours(store, [100, 110, 120, 130])
        try await store.record(
            setting(moment + 3 * hour, dial: 140, offset: 10),
            replacing: .zero,
            by: "fitter",
            reason: "later",
            at: moment + 9 * hour
        )
        try await store.record(
            setting(moment + hour, dial: 111, offset: 1),
            replacing: .zero,
            by: "fitter",
            reason: "earlier, recorded late",
            at: moment + 10 * hour
        )
        #expect(try await indexes(store) == [100, 111, 121, 140])
    }

    @Test func `a moved index goes round the end of the dial`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await hours(store, [9_999_995])
        try await store.record(
            setting(moment, dial: 5, offset: 10),
            replacing: .zero,
            by: "fitter",
            reason: "drift",
            at: moment + hour
        )
        #expect(try await indexes(store) == [5])
    }

    @Test func `a setting without a reason, at an unknown point, or twice at one instant changes nothing`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        try await hours(store, [100])
        func record(_ setting: DialSetting, _ reason: String) async throws {
            try await store.record(setting, replacing: .zero, by: "fitter", reason: reason, at: moment + hour)
        }
        try await record(setting(moment, dial: 101, offset: 1), "once")
        let before = try await store.everything()
        let unknown = DialSetting(
            point: .unknown,
            at: moment,
            dial: .zero,
            offset: .zero,
            cause: .moduleSwap,
            drift: nil
        )
        await #expect(throws: StoreError.self) { try await record(unknown, "who") }
        await #expect(throws: StoreError.self) {
            try await record(setting(moment, dial: 102, offset: 2), "twice")
        }
        await #expect(throws: StoreError.self) {
            try await record(setting(moment + 1, dial: 1, offset: 1), "")
        }
        #expect(try await store.everything() == before)
    }
}

struct UnitSerialTests {
    private func serial(_ text: String, since: Instant = moment, confirmed: Bool = true) -> UnitSerial {
        UnitSerial(path: .lineA, unit: 7, serial: text, since: since, isConfirmed: confirmed)
    }

    private func hold(_ store: MeterStore, at: Instant, litres: Int64, under serial: String) async throws {
        try await store.hold([arrival([reading(at: at, litres: litres)])], under: serial, from: 7, at: at)
    }

    @Test func `the newest number of a unit counts`() async throws {
        let store = try await MeterStore.withTwoPoints()
        #expect(try await store.unitSerial(of: 7, on: .lineA) == nil)
        try await store.record(serial("1", confirmed: false), by: "gateway", at: moment)
        try await store.record(serial("2", since: moment + hour), by: "fitter", at: moment + hour)
        #expect(try await store.unitSerial(of: 7, on: .lineA) == serial("2", since: moment + hour))
        #expect(try await store.unitSerial(of: 8, on: .lineA) == nil)
        #expect(try await store.unitSerial(of: 7, on: .lineB) == nil)
    }

    @Test func `what comes under another number is kept with its bytes and counts for nothing`() async throws
    {
        let store = try await MeterStore.withTwoPoints()
        try await hold(store, at: moment, litres: 40, under: "2")
        try await hold(store, at: moment + hour, litres: 41, under: "2")
        #expect(try await store.allReadings() == [])
        #expect(try await store.captureCount() == 2)
        let held = try #require(try await store.held(at: .first))
        #expect((held.serial, held.since, held.count) == ("2", moment, 2))
        #expect(try await store.held(at: .second) == nil)
        #expect(try await store.verify() == [])
    }

    @Test func `who records the number claims what came under it from that hour on`() async throws {
        let store = try await MeterStore.withTwoPoints()
        for number in 0..<4 {
            try await hold(store, at: moment + Int64(number) * hour, litres: 40 + Int64(number), under: "2")
        }
        let claimed = try await store.record(
            serial("2", since: moment + hour),
            shifting: [.first: .litres(1_000)],
            by: "fitter",
            at: moment + 9 * hour
        )
        #expect(claimed == 3)
        #expect(
            try await store.allReadings().map(\.index) == [.litres(1_041), .litres(1_042), .litres(1_043)]
        )
        #expect(try await store.held(at: .first)?.count == 1, "what came before stays held")
        #expect(try await store.unjudgedPoints(stage: "any").count == 1)
    }

    @Test func `what is held belongs to its way, and is claimed for it`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let brought = arrival([reading(litres: 40)])
        let both = Arrival(capture: brought.capture, readings: [], second: brought.readings)
        try await store.hold([both], under: "2", from: 7, at: moment)
        try await hold(store, at: moment, litres: 50, under: "2")
        #expect(try await store.held(at: .first)?.count == 1)
        #expect(try await store.held(at: .first, by: .second)?.count == 1)
        #expect(try await store.record(serial("2", since: moment), by: "fitter", at: moment + hour) == 2)
        #expect(try await store.allReadings().map(\.index) == [.litres(50)])
        let all = moment..<moment + hour
        #expect(try await store.readings(of: .first, in: all, by: .second).map(\.index) == [.litres(40)])
        #expect(try await store.verify() == [])
    }

    @Test func `the same answer again is held once`() async throws {
        let store = try await MeterStore.withTwoPoints()
        for _ in 0..<3 { try await hold(store, at: moment, litres: 40, under: "2") }
        #expect(try await store.held(at: .first)?.count == 1)
        #expect(try await store.captureCount() == 1)
    }
}

struct ModelProofTests {
    @Test func `a proof is kept with its audit entry`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let proof = ModelProof(
            model: "tuf-2000m",
            edition: "cbf29ce484222325",
            point: .first,
            at: moment,
            person: "fitter",
            detail: "dial 1.000 m3, then 1.020 m3"
        )
        try await store.record(proof)
        #expect(try await store.modelProofs() == [proof])
        #expect(try await store.auditLog().map(\.action) == ["model_proof"])
    }
}
