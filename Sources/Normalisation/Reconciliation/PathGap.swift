import Metering

/// A time of which the first way brought nothing, beside the stretch or the two sides of it that say where the
/// register stood.
struct PathGap {
    /// The stretch of the first way to which what fills the gap is tied.
    let stretch: [PathTrace.Point]
    /// Its last point before the gap; nil where the gap is before its first.
    let before: PathTrace.Point?
    /// Its first point behind the gap; nil where the gap is behind its last.
    let after: PathTrace.Point?
    /// Where another stretch begins behind, or ends before.
    let limit: Instant?

    /// The gaps of a trace, in order of time.
    ///
    /// Where a stretch ends at an exchange, what lies behind it is a gap of the old register's and of the new one's.
    /// Where it ends unexplained, nobody knows which register anything would be tied to, so there is none.
    ///
    /// - Parameters:
    ///   - trace: of the first way.
    ///   - seconds: points further apart than this have a gap between them.
    ///   - isWhole: whether nothing came before the trace.
    /// - Returns: also the gap behind the last point, and before the first one of a whole trace.
    static func all(in trace: PathTrace, longerThan seconds: Int64, isWhole: Bool) -> [PathGap] {
        var gaps: [PathGap] = []
        for (place, stretch) in trace.stretches.enumerated() {
            guard let first = stretch.first, let last = stretch.last else { continue }
            if place == 0, isWhole {
                gaps.append(PathGap(stretch: stretch, before: nil, after: first, limit: nil))
            } else if place > 0, trace.breaks[place - 1] == .exchange {
                let limit = trace.stretches[place - 1].last?.at
                gaps.append(PathGap(stretch: stretch, before: nil, after: first, limit: limit))
            }
            for (one, next) in zip(stretch, stretch.dropFirst()) where next.at - one.at > seconds {
                gaps.append(PathGap(stretch: stretch, before: one, after: next, limit: nil))
            }
            if place == trace.stretches.count - 1 {
                gaps.append(PathGap(stretch: stretch, before: last, after: nil, limit: nil))
            } else if trace.breaks[place] == .exchange {
                let limit = trace.stretches[place + 1].first?.at
                gaps.append(PathGap(stretch: stretch, before: last, after: nil, limit: limit))
            }
        }
        return gaps
    }

    /// From its first to its last instant, the ends of time cut to what the second way can bring.
    func span(since oldest: Instant) -> ClosedRange<Instant> {
        let end = after?.at ?? limit ?? Instant(secondsSince1970: .max)
        return min(before?.at ?? limit ?? oldest, end)...end
    }

    /// Of another trace's stretch what can lie in the gap, with what lies up to `reach` seconds beside it.
    func part(of stretch: [PathTrace.Point], reach: Int64) -> ArraySlice<PathTrace.Point> {
        let from = (before?.at ?? limit).map { stretch.position(of: $0 - reach) } ?? 0
        let to = (after?.at ?? limit).map { stretch.position(of: $0 + reach) } ?? stretch.count
        return stretch[min(from, to)..<to]
    }

    /// Whether an instant may be filled, that is half an interval from what is known on both sides.
    func contains(_ instant: Instant, half: Int64) -> Bool {
        let from = before?.at ?? limit
        let to = after?.at ?? limit
        return (from.map { instant > $0 + half } ?? true) && (to.map { instant < $0 - half } ?? true)
    }
}
