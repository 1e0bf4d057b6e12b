public import Metering
import Synchronization

/// What each unit of each line answered so far, by kind, since the start.
public final class LineCounts: Sendable {
    private let units = Mutex<[Key: UnitCounts]>([:])

    private struct Key: Hashable {
        let path: Path.ID
        let unit: UInt8
    }

    public init() {}

    public func note(_ event: LineEvent) {
        units.withLock { $0[Key(path: event.path, unit: event.unit), default: UnitCounts()].note(event) }
    }

    /// Of one unit; all zero for one that was never asked.
    public func counts(of unit: UInt8, on path: Path.ID) -> UnitCounts {
        units.withLock { $0[Key(path: path, unit: unit)] ?? UnitCounts() }
    }

    /// Of every unit that was asked, in order.
    public var all: [(path: Path.ID, unit: UInt8, counts: UnitCounts)] {
        units.withLock { units in
            units.map { ($0.key.path, $0.key.unit, $0.value) }.sorted {
                ($0.path, $0.unit) < ($1.path, $1.unit)
            }
        }
    }
}

/// How the questions to one unit went.
public struct UnitCounts: Hashable, Sendable {
    public private(set) var byKind: [ExchangeKind: Int] = [:]
    /// Pieces that answered nothing while it was asked.
    public private(set) var strays = 0
    /// From the request to the whole answer, of the last one.
    public private(set) var lastTurnaround: Duration?
    /// How long the last question waited at most.
    public private(set) var timeout: Duration?
    public private(set) var lastAnswered: Moment?

    public init() {}

    public var asked: Int { byKind.values.reduce(0, +) }
    public var answered: Int { byKind[.answered] ?? 0 }

    public mutating func note(_ event: LineEvent) {
        byKind[event.kind, default: 0] += 1
        strays += event.strays
        timeout = event.timeout
        guard event.kind == .answered else { return }
        lastTurnaround = event.ended - event.asked
        lastAnswered = event.ended
    }
}
