/// The usage of one service point: steps in order of time that touch and never overlap.
///
/// Volume inside a step is spread evenly over its seconds. The amount used up to any instant is cut to whole
/// millilitres once, so that parts always add up to the whole: usage(a, c) = usage(a, b) + usage(b, c).
public struct UsageSeries: Hashable, Sendable {
    public let steps: [UsageStep]
    /// What was used before each step begins, and at last before the end of the last one.
    private let used: [Volume]

    /// Joins steps that are in order; gaps between them are unknown.
    public init(steps: [UsageStep]) {
        var sum = Volume.zero
        var used = [sum]
        used.reserveCapacity(steps.count + 1)
        for (index, step) in steps.enumerated() {
            precondition(index == 0 || steps[index - 1].to <= step.from, "steps are in order and apart")
            sum += step.volume
            used.append(sum)
        }
        self.steps = steps
        self.used = used
    }

    public var span: Range<Instant>? {
        guard let first = steps.first, let last = steps.last else { return nil }
        return first.from..<last.to
    }

    /// What was used inside `range`, and how much of it is known; unexplained steps are unknown.
    public func usage(in range: Range<Instant>) -> Usage {
        var known: Int64 = 0
        var unexplained = false
        for step in steps[firstStep(endingAfter: range.lowerBound)...] {
            guard step.from < range.upperBound else { break }
            let seconds = min(step.to, range.upperBound) - max(step.from, range.lowerBound)
            if step.kind == .unexplained { unexplained = true } else { known += seconds }
        }
        let total = range.upperBound - range.lowerBound
        return Usage(
            volume: usedUp(to: range.upperBound) - usedUp(to: range.lowerBound),
            coverage: Coverage(knownSeconds: known, totalSeconds: total),
            isUnexplained: unexplained
        )
    }

    /// The step that begins at or before `instant` and ends after it; nil in a gap.
    public func step(at instant: Instant) -> UsageStep? {
        let index = firstStep(endingAfter: instant)
        guard index < steps.count, steps[index].from <= instant else { return nil }
        return steps[index]
    }

    /// The index of the first step that ends after `instant`, or the count of steps.
    public func firstStep(endingAfter instant: Instant) -> Int {
        var low = 0
        var high = steps.count
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].to <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func usedUp(to instant: Instant) -> Volume {
        let index = firstStep(endingAfter: instant)
        guard index < steps.count, steps[index].from < instant else { return used[index] }
        let step = steps[index]
        let part = Int128(step.volume.millilitres) * Int128(instant - step.from) / Int128(step.seconds)
        return used[index] + .millilitres(Int64(clamping: part))
    }
}

/// An amount over a span, and how much of the span is known.
public struct Usage: Hashable, Sendable {
    public let volume: Volume
    public let coverage: Coverage
    /// Something in the span needs a person's explanation, so the volume is no total.
    public let isUnexplained: Bool

    public init(volume: Volume, coverage: Coverage, isUnexplained: Bool = false) {
        self.volume = volume
        self.coverage = coverage
        self.isUnexplained = isUnexplained
    }
}
