import Acquisition
import Decoding
public import Metering
public import Storage

/// What a fitter does at meters, as the store has to know it: dials read, modules swapped, meters exchanged.
public struct Fitting: Sendable {
    /// A reading this much older than the act still tells where the index stood.
    private static let longestSeconds: Int64 = 2 * 86_400

    private let pilot: Pilot
    private let store: MeterStore

    public init(pilot: Pilot, store: MeterStore) {
        self.pilot = pilot
        self.store = store
    }

    /// What came of a dial that somebody read.
    public struct DialOutcome: Hashable, Sendable {
        /// The index that the gateway had, with its instant; nil where it had none near.
        public let index: Volume?
        public let indexAt: Instant?
        /// The dial less that index.
        public let drift: Volume?
        /// The offset that holds from now on; nil where none was set.
        public let offset: Volume?
        /// How many readings since then were moved.
        public let moved: Int
    }

    /// Compares a dial with the index, and sets a pulse module's dial anew where that is asked for.
    ///
    /// - Parameters:
    ///   - point: where it was read.
    ///   - instant: when.
    ///   - dial: what it showed.
    ///   - sets: whether the index shall stand there from that instant on.
    ///   - person: who read it.
    ///   - reason: why it is set; not empty then.
    ///   - now: the time of storing.
    /// - Returns: what the index was by the readings, and what was set.
    /// - Throws: `ActRefusal` when there is no such pulse module or no index to set; `StoreError`.
    public func readDial(
        at point: ServicePoint.ID,
        _ instant: Instant,
        dial: Volume,
        sets: Bool,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws -> DialOutcome {
        let installation = try installation(at: point)
        guard dial >= .zero, dial < installation.meter.dial.capacity else {
            throw ActRefusal(
                "expected a dial below \(installation.meter.dial.capacity), found \(dial)",
                "\(installation.meter.dial.capacity) 未満の指針が必要ですが、\(dial) があります"
            )
        }
        let last = try await reading(of: point, near: instant)
        let drift = last.map { installation.meter.dial.shorterWay(dial - $0.index) }
        guard sets else {
            return DialOutcome(index: last?.index, indexAt: last?.at, drift: drift, offset: nil, moved: 0)
        }
        guard let last, let drift else {
            throw ActRefusal(
                "no index of \(point) within two days before \(instant.japaneseDescription): nothing to set",
                "\(point) には \(instant.japaneseDescription) 以前2日以内の指針がなく、設定できません"
            )
        }
        let previous = try await offset(of: installation, at: instant)
        let setting = DialSetting(
            point: point,
            at: instant,
            dial: dial,
            offset: previous + drift,
            cause: .dialReading,
            drift: drift
        )
        let moved = try await store.record(setting, replacing: previous, by: person, reason: reason, at: now)
        return DialOutcome(
            index: last.index,
            indexAt: last.at,
            drift: drift,
            offset: setting.offset,
            moved: moved
        )
    }

    /// Records that a pulse module was swapped under its meters: from `instant` on its successor counts from zero.
    ///
    /// Each dial goes on where its last index stood; pulses between that and the swap are the fitter's to add by a dial
    /// reading.
    ///
    /// - Returns: the settings, one for each meter behind the unit, and how many held readings were claimed.
    public func swapModule(
        _ unit: UInt8,
        on path: Path.ID,
        at instant: Instant,
        serial: String?,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws -> (settings: [DialSetting], claimed: Int) {
        let ways = pilot.ways(on: path, unit: unit)
        guard !ways.isEmpty else {
            throw ActRefusal("no meter hangs on unit \(unit) of \(path)", "\(path) の機器 \(unit) に計器はありません")
        }
        var settings: [DialSetting] = []
        var shifts: [ServicePoint.ID: Volume] = [:]
        // A second way's counter is laid on the first one's register by reconciliation and needs no setting.
        for installation in ways.filter({ $0.route == .first }).map(\.installation) {
            let point = installation.point.id
            let previous = try await offset(of: installation, at: instant)
            guard let last = try await reading(of: point, near: instant) else {
                throw ActRefusal(
                    "no index of \(point) within two days before \(instant.japaneseDescription)",
                    "\(point) には \(instant.japaneseDescription) 以前2日以内の指針がありません"
                )
            }
            shifts[point] = last.index - previous
            settings.append(
                DialSetting(
                    point: point,
                    at: instant,
                    dial: last.index,
                    offset: last.index,
                    cause: .moduleSwap,
                    drift: nil
                )
            )
            let setting = settings[settings.count - 1]
            try await store.record(setting, replacing: previous, by: person, reason: reason, at: now)
        }
        guard let serial else { return (settings, 0) }
        let claimed = try await store.record(
            UnitSerial(path: path, unit: unit, serial: serial, since: instant, isConfirmed: true),
            shifting: shifts,
            by: person,
            at: now
        )
        return (settings, claimed)
    }

    /// Records an exchange; where the new meter has a unit of its own, its number claims what was held under it.
    ///
    /// - Returns: whether the exchange was new, and how many held readings were claimed.
    public func exchange(
        _ exchange: MeterExchange,
        serial: String?,
        by person: String,
        at now: Instant
    ) async throws -> (isNew: Bool, claimed: Int) {
        let installation = try installation(at: exchange.point)
        let capacity = installation.meter.dial.capacity
        guard exchange.closing < capacity, exchange.opening < capacity else {
            throw ActRefusal(
                "expected indexes below \(capacity), found \(exchange.closing) and \(exchange.opening)",
                "\(capacity) 未満の指針が必要ですが、\(exchange.closing) と \(exchange.opening) があります"
            )
        }
        let isNew = try await store.record(exchange, by: person, at: now)
        guard let serial else { return (isNew, 0) }
        guard let wiring = installation.ways.compactMap(\.source.wiring).first else {
            throw ActRefusal(
                "\(exchange.point) is not on a line: a unit's number says nothing there",
                "\(exchange.point) は回線に接続されておらず、機器番号は使えません"
            )
        }
        let claimed = try await store.record(
            UnitSerial(
                path: wiring.path,
                unit: wiring.unit,
                serial: serial,
                since: exchange.at,
                isConfirmed: true
            ),
            by: person,
            at: now
        )
        return (isNew, claimed)
    }

    private func installation(at point: ServicePoint.ID) throws(ActRefusal) -> Installation {
        guard let installation = pilot.installation(at: point) else {
            throw ActRefusal("no service point \(point)", "水栓 \(point) はありません")
        }
        return installation
    }

    /// The last reading at or before an instant, or one within five minutes behind it.
    private func reading(of point: ServicePoint.ID, near instant: Instant) async throws -> Reading? {
        let span = instant - Fitting.longestSeconds..<instant + 300
        let readings = try await store.readings(of: point, in: span).filter { $0.quality == .measured }
        return readings.last { $0.at <= instant } ?? readings.first
    }

    private func offset(of installation: Installation, at instant: Instant) async throws -> Volume {
        let settings = try await store.dialSettings(of: installation.point.id)
        return settings.last { $0.at <= instant }?.offset ?? installation.wiring?.site.dialOffset ?? .zero
    }
}
