/// A meter exchange that somebody announced: the old meter's closing index, the new meter's opening index.
///
/// Usage across it = (closing - last index before) + (first index after - opening); the opening index is often not 0.
public struct MeterExchange: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let at: Instant
    public let closing: Volume
    public let opening: Volume
    public let newMeter: Meter.ID

    public init(point: ServicePoint.ID, at: Instant, closing: Volume, opening: Volume, newMeter: Meter.ID) {
        self.point = point
        self.at = at
        self.closing = closing
        self.opening = opening
        self.newMeter = newMeter
    }
}
