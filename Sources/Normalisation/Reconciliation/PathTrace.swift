import Metering

/// One path's trusted indexes as unbroken stretches, each unrolled past the end of the dial.
///
/// A stretch ends where another meter begins and where something is unexplained: 9,990, 5, 20 L on a dial of 10,000 L,
/// then an exchange and 44, 50 L are two stretches, 9,990, 10,005, 10,020 and 44, 50.
struct PathTrace {
    struct Point: Equatable {
        let at: Instant
        /// The index, unrolled; never falling within a stretch.
        let position: Volume
    }

    private(set) var stretches: [[Point]] = []

    /// Of a finished walk, its stamps moved by `seconds`.
    init(_ walk: IndexWalk, movedBy seconds: Int64 = 0) {
        guard let first = walk.marks.first else { return }
        var open = [Point(at: first.at + seconds, position: first.highest)]
        for (step, mark) in zip(walk.steps, walk.marks.dropFirst()) {
            if step.kind == .exchange || step.kind == .unexplained {
                stretches.append(open)
                open = [Point(at: mark.at + seconds, position: mark.highest)]
            } else {
                let position = (open.last?.position ?? mark.highest) + step.volume
                open.append(Point(at: mark.at + seconds, position: position))
            }
        }
        stretches.append(open)
    }
}

extension [PathTrace.Point] {
    /// The positions before and after `instant`, and by interpolation at it.
    ///
    /// - Parameters:
    ///   - instant: any.
    ///   - seconds: how far apart the points around it may be.
    /// - Returns: nil outside the stretch, and inside a longer gap.
    func place(of instant: Instant, within seconds: Int64 = .max) -> (
        low: Volume, here: Volume, high: Volume
    )? {
        let next = position(of: instant)
        guard next < count else { return nil }
        let after = self[next]
        if after.at == instant { return (after.position, after.position, after.position) }
        guard next > 0 else { return nil }
        let before = self[next - 1]
        guard after.at - before.at <= seconds else { return nil }
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
