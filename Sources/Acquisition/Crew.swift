import Decoding
import Metering

/// The units of a line between rounds: what is known of each, and when it is due.
struct Crew {
    private let path: PolledPath
    private let cost: WireCost
    private var readers: [UInt8: UnitReader] = [:]
    private var order: [UInt8] = []
    private var version: Int?
    /// The point of its own grid at which each unit was last due.
    private var lastPoint: [UInt8: Int64] = [:]
    var budget: FailureBudget
    var isLost = false

    init(line: LineSettings, at now: Moment) {
        path = PolledPath(id: line.id)
        cost = line.cost
        budget = FailureBudget(at: now)
    }

    /// Takes over a changed roster; whoever is as before keeps what is known of it.
    ///
    /// A unit that is new, or is asked in another interval, is due first at the next point of its grid.
    mutating func update(_ roster: PollRoster, at now: Moment) {
        if roster.version != version {
            version = roster.version
            let before = readers
            readers = [:]
            for unit in roster.units {
                let known = before[unit.unit]
                readers[unit.unit] = known?.unit == unit ? known : UnitReader(unit, cost: cost)
                if known?.unit.interval != unit.interval { lastPoint[unit.unit] = nil }
            }
            order = roster.units.map(\.unit)
        }
        // A clock that was set back has points again that it had before; the next new one counts.
        for (unit, reader) in readers {
            let point = Crew.point(reader.unit, now)
            lastPoint[unit] = min(lastPoint[unit] ?? point, point)
        }
    }

    /// How long until somebody is due; nothing when somebody is, nil when nobody ever is.
    func wait(from now: Moment) -> Duration? {
        readers.values.map { reader -> Duration in
            let step = Crew.step(reader.unit)
            let isDue = lastPoint[reader.unit.unit].map { Crew.point(reader.unit, now) > $0 } ?? false
            return isDue ? .zero : .microseconds(step - now.microseconds % step)
        }.min()
    }

    /// Whether a round has to begin.
    func isDue(at now: Moment) -> Bool { wait(from: now) == .zero }

    /// Whoever is due now, in order of the roster; they are due again at the next point of their grid.
    mutating func takeDue(at now: Moment) -> [UInt8] {
        order.filter { unit in
            guard let reader = readers[unit], let last = lastPoint[unit] else { return false }
            let point = Crew.point(reader.unit, now)
            lastPoint[unit] = point
            return point > last
        }
    }

    /// A round that was too long costs the rounds that it missed, and no more.
    mutating func skipMissed(at now: Moment) {
        for (unit, reader) in readers {
            lastPoint[unit] = max(lastPoint[unit] ?? 0, Crew.point(reader.unit, now))
        }
    }

    mutating func readIndex(of unit: UInt8, over bus: any RegisterBus, now: Moment) async throws(BusError)
        -> UnitAnswer?
    {
        try await readers[unit]?.readIndex(on: path, over: bus, now: now)
    }

    mutating func readAgain(_ unit: UInt8, over bus: any RegisterBus) async throws(BusError) -> UnitAnswer? {
        try await readers[unit]?.readAgain(on: path, over: bus)
    }

    mutating func readRest(of unit: UInt8, over bus: any RegisterBus, now: Moment) async throws(BusError)
        -> UnitAnswer?
    {
        guard var reader = readers[unit] else { return nil }
        defer { readers[unit] = reader }
        return try await reader.readRest(on: path, over: bus, now: now)
    }

    mutating func noteRound(of unit: UInt8, isAnswered: Bool) {
        readers[unit]?.noteRound(isAnswered: isAnswered)
    }

    func isSilent(_ unit: UInt8) -> Bool { readers[unit]?.isSilent ?? false }

    func probedAt(_ unit: UInt8) -> Moment { readers[unit]?.probedAt ?? Moment(microseconds: 0) }

    private static func point(_ unit: PolledUnit, _ now: Moment) -> Int64 {
        now.microseconds / step(unit)
    }

    private static func step(_ unit: PolledUnit) -> Int64 {
        max(1, unit.interval.microseconds)
    }
}
