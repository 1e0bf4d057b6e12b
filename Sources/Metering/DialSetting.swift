/// Since when a pulse module's dial stands where: what the dial showed at one instant, and the offset that follows.
///
/// A module counts pulses and knows no dial: index = offset + counts x litres. A person reads the dial and sets the offset
/// anew when pulses were missed or bounced, or when a module was swapped and counts from zero again.
public struct DialSetting: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// From this instant on.
    public let at: Instant
    /// What the dial showed.
    public let dial: Volume
    /// What the dial showed, or would have, where the counter is zero.
    public let offset: Volume
    public let cause: Cause
    /// The dial less the index that the gateway had: pulses missed (above zero) or counted twice (below); nil where
    /// there was no index to compare with.
    public let drift: Volume?

    /// Why it was set.
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        /// Somebody read the dial.
        case dialReading = "dial_reading"
        /// The module was swapped under the same meter; its successor counts from zero.
        case moduleSwap = "module_swap"
    }

    public init(
        point: ServicePoint.ID,
        at: Instant,
        dial: Volume,
        offset: Volume,
        cause: Cause,
        drift: Volume?
    ) {
        self.point = point
        self.at = at
        self.dial = dial
        self.offset = offset
        self.cause = cause
        self.drift = drift
    }
}
