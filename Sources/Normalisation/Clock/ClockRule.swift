public import Metering

/// `clock-drift`: a clock that is off by more than 120 s, as far as anybody can know.
///
/// A clock that was asked on a line is known: asked at 10:00:00, answered at 10:00:01, it shows 10:02:02: 121 s
/// ahead of all that can be, and flagged; 10:02:01 is 120 s, and is not. Of one that dates the values of a feed or a
/// file, two things are known. It can't be ahead of the delivery: 05:43:01 in a record of 05:41:00 is 121 s. And it
/// is off where its stamps leave their usual place between the full hours (`StampRule`). How late a value comes says
/// nothing of any clock.
///
/// Nothing here touches a reading: usage is what the indexes differ by, whatever their stamps are.
public struct ClockRule: Sendable {
    private let settings: ClockSettings

    public init(_ settings: ClockSettings = .shipped) {
        self.settings = settings
    }

    /// Where the sights show a clock off.
    ///
    /// - Parameter sights: of one clock, in any order.
    /// - Returns: one drift for each run of sights that are off, in order of time.
    public func drifts(in sights: [ClockSight]) -> [ClockDrift] {
        let ordered = sights.sorted { ($0.latest, $0.own) < ($1.latest, $1.own) }
        return runs(ordered.map { ClockOffset(at: $0.latest, seconds: ClockRule.seconds(of: $0)) })
    }

    /// Where stamps leave their usual place.
    ///
    /// - Parameter stamps: by which one clock dated its values, in any order.
    /// - Returns: one drift for each run of stamps that are off, in order of time.
    public func drifts(amongStamps stamps: [Instant]) -> [ClockDrift] {
        runs(StampRule(settings).offsets(of: stamps))
    }

    /// How far a clock is beyond what can have been; 0 within.
    static func seconds(of sight: ClockSight) -> Int64 {
        if sight.own > sight.latest { return sight.own - sight.latest }
        guard let earliest = sight.earliest, sight.own < earliest else { return 0 }
        return sight.own - earliest
    }

    private func runs(_ offsets: [ClockOffset]) -> [ClockDrift] {
        var drifts: [ClockDrift] = []
        var isOpen = false
        for offset in offsets {
            let isOff = abs(offset.seconds) > settings.flaggedSeconds
            if isOpen, let last = drifts.popLast() {
                drifts.append(isOff ? last.reaching(offset) : last.ended)
            } else if isOff {
                drifts.append(
                    ClockDrift(from: offset.at, to: offset.at, seconds: offset.seconds, isOver: false)
                )
            }
            isOpen = isOff
        }
        return drifts
    }
}

/// How far a clock was off at a time, in seconds.
struct ClockOffset: Hashable {
    let at: Instant
    let seconds: Int64
}

extension ClockDrift {
    fileprivate func reaching(_ offset: ClockOffset) -> ClockDrift {
        ClockDrift(from: from, to: offset.at, seconds: offset.seconds, isOver: false)
    }

    fileprivate var ended: ClockDrift {
        ClockDrift(from: from, to: to, seconds: seconds, isOver: true)
    }
}
