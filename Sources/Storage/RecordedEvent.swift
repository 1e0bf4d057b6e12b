public import Metering

/// An event as the store holds it.
public struct RecordedEvent: Hashable, Sendable, Identifiable {
    public let id: ID
    public let event: PointEvent
    /// 1 for the first record of it; a correction or a withdrawal is higher.
    public let revision: Int
    public let isWithdrawn: Bool
    /// Why a hand reading waits for a person; nil where it fits, or is no hand reading.
    public let held: Hold?
    public let recordedAt: Instant

    /// What does not fit about a hand reading.
    public enum Hold: String, Hashable, Sendable {
        /// Below the last index, by more than jitter, and no exchange explains it.
        case below
        /// Beyond what the pipe can have carried.
        case above
    }

    /// An event's number, as people name it: `E-000012`.
    public struct ID: Hashable, Sendable, CustomStringConvertible {
        public let number: Int64

        public init(_ number: Int64) {
            self.number = number
        }

        /// Reads `E-000012` or `12`.
        public init?(_ text: String) {
            let digits = text.hasPrefix("E-") ? text.dropFirst(2) : text[...]
            guard let number = Int64(digits), number > 0 else { return nil }
            self.number = number
        }

        public var description: String {
            let digits = String(number)
            return "E-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        }
    }

    public init(
        id: ID,
        event: PointEvent,
        revision: Int,
        isWithdrawn: Bool,
        held: Hold?,
        recordedAt: Instant
    ) {
        self.id = id
        self.event = event
        self.revision = revision
        self.isWithdrawn = isWithdrawn
        self.held = held
        self.recordedAt = recordedAt
    }
}
