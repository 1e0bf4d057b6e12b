import Metering

/// One way's trusted indexes as unbroken stretches, each unrolled past the end of the dial.
///
/// A stretch ends where another meter begins and where something is unexplained: 9,990, 5, 20 L on a dial of 10,000 L,
/// then an exchange and 44, 50 L are two stretches, 9,990, 10,005, 10,020 and 44, 50.
struct PathTrace {
    struct Point: Equatable {
        let at: Instant
        /// The index, unrolled; never falling within a stretch.
        let position: Volume
    }

    /// Never empty themselves.
    private(set) var stretches: [[Point]] = []
    /// What lies behind each stretch but the last one.
    private(set) var breaks: [UsageStep.Kind] = []

    init(_ walk: IndexWalk) {
        guard let first = walk.marks.first else { return }
        var open = [Point(at: first.at, position: first.highest)]
        for (step, mark) in zip(walk.steps, walk.marks.dropFirst()) {
            if step.kind == .exchange || step.kind == .unexplained {
                stretches.append(open)
                breaks.append(step.kind)
                open = [Point(at: mark.at, position: mark.highest)]
            } else {
                let position = (open.last?.position ?? mark.highest) + step.volume
                open.append(Point(at: mark.at, position: position))
            }
        }
        stretches.append(open)
    }

    /// The same with all stamps moved.
    func moved(by seconds: Int64) -> PathTrace {
        var moved = self
        moved.stretches = stretches.map { $0.moved(by: seconds) }
        return moved
    }
}

extension [PathTrace.Point] {
    func moved(by seconds: Int64) -> [PathTrace.Point] {
        seconds == 0 ? self : map { PathTrace.Point(at: $0.at + seconds, position: $0.position) }
    }

    /// Those from one instant to another, both included.
    func part(from: Instant, to: Instant) -> [PathTrace.Point] {
        guard from <= to else { return [] }
        return Array(self[position(of: from)..<position(of: to + 1)])
    }

    /// The positions before and after `instant`, and by interpolation at it.
    ///
    /// Nil outside the stretch.
    func place(of instant: Instant) -> (low: Volume, here: Volume, high: Volume)? {
        let next = position(of: instant)
        guard next < count else { return nil }
        let after = self[next]
        if after.at == instant { return (after.position, after.position, after.position) }
        guard next > 0 else { return nil }
        let before = self[next - 1]
        let rise = Int128((after.position - before.position).millilitres)
        let part = rise * Int128(instant - before.at) / Int128(after.at - before.at)
        return (before.position, before.position + .millilitres(Int64(clamping: part)), after.position)
    }

    /// The index of the first point at or after `instant`.
    func position(of instant: Instant) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].at < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
