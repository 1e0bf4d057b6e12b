internal import GRDB
internal import Metering
internal import Synchronization

/// The integer keys of service points, found once and kept: a registered point keeps its key for ever.
final class PointKeys: Sendable {
    private let known = Mutex<[ServicePoint.ID: Int64]>([:])

    /// Nil when the point is not registered.
    func key(of id: ServicePoint.ID, in register: Register) throws -> Int64? {
        if let key = known.withLock({ $0[id] }) { return key }
        guard let key = try register.pointKey(id) else { return nil }
        known.withLock { $0[id] = key }
        return key
    }
}
