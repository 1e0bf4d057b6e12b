public import Metering

/// A service point with the meter that hangs there now.
public struct RegisteredPoint: Hashable, Sendable {
    public let point: ServicePoint
    public let meter: Meter

    public init(point: ServicePoint, meter: Meter) {
        self.point = point
        self.meter = meter
    }
}
