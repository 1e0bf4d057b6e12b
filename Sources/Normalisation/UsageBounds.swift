public import Metering

/// Between what two amounts the water of a span lies, by the indexes alone.
///
/// A register shows whole counts, so what flowed between two readings is their difference, less or more than one
/// count: 980 to 1,020 L on a register of 10 L is between 30 and 50 L. Every meter on the way has its own counts:
/// with one exchange it is two counts. A span that begins or ends between two readings holds anything from none to
/// all of what they are apart. So a register of 100 L that has stood still since yesterday proves only that less
/// than 100 L flowed.
public struct UsageBounds: Hashable, Sendable {
    /// At least so much, never negative.
    public let least: Volume
    /// At most so much; nil where part of the span is unknown or unexplained.
    public let most: Volume?

    public init(least: Volume, most: Volume?) {
        self.least = least
        self.most = most
    }
}

extension UsageSeries {
    /// The bounds of what flowed in `span` through a meter with this dial.
    public func bounds(in span: Range<Instant>, on dial: Dial) -> UsageBounds {
        let touched = steps[firstStep(endingAfter: span.lowerBound)...].prefix { $0.from < span.upperBound }
        let whole = touched.filter { span.lowerBound <= $0.from && $0.to <= span.upperBound }
        let known = whole.reduce(Volume.zero) { $0 + $1.volume }
        let least = whole.isEmpty ? .zero : known - dial.resolution * UsageSeries.legs(whole[...])
        return UsageBounds(
            least: max(.zero, least),
            most: isKnown(touched, throughout: span)
                ? touched.reduce(.zero) { $0 + $1.volume } + dial.resolution * UsageSeries.legs(touched) : nil
        )
    }

    /// How many meters, or stretches between unexplained places, the steps go over.
    private static func legs(_ steps: ArraySlice<UsageStep>) -> Int64 {
        1 + Int64(steps.count { $0.kind == .exchange || $0.kind == .unexplained })
    }

    private func isKnown(_ touched: ArraySlice<UsageStep>, throughout span: Range<Instant>) -> Bool {
        guard let first = touched.first, let last = touched.last else { return false }
        return first.from <= span.lowerBound && last.to >= span.upperBound
            && touched.allSatisfy { $0.kind != .unexplained }
            && zip(touched, touched.dropFirst()).allSatisfy { $0.to == $1.from }
    }
}
