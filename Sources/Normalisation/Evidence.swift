import Metering

/// Chooses the readings that count: one an instant, measured, in order of time.
///
/// 10:00 504 L (revision 1), 10:00 504 L again, 10:00 505 L (revision 2), 11:00 510 L estimated: 10:00 505 L alone.
/// What a person declared invalid is none, by time and not by value, so that it counts again once the range is
/// taken back. A correction that withdraws a value (`suspect`, revision 2) leaves nothing of its instant. Two first
/// values of one instant that contradict each other: the smaller counts, since it invents no usage.
enum Evidence {
    /// More than any register shows; what lies beyond is no index, and sums of it could overflow.
    static let mostIndex = Volume.cubicMetres(1_000_000_000)

    /// - Parameters:
    ///   - readings: of one service point, in any order.
    ///   - invalid: ranges in which nothing counts.
    /// - Returns: what counts, one an instant, in order of time.
    static func choose(from readings: [Reading], outside invalid: [Range<Instant>] = []) -> [Reading] {
        let ordered = isOrdered(readings) ? readings : readings.sorted(by: comesBefore)
        var evidence: [Reading] = []
        evidence.reserveCapacity(ordered.count)
        for (position, reading) in ordered.enumerated() {
            let isSuperseded = position + 1 < ordered.count && ordered[position + 1].at == reading.at
            guard !isSuperseded, isMeasured(reading) else { continue }
            if !invalid.contains(where: { $0.contains(reading.at) }) { evidence.append(reading) }
        }
        return evidence
    }

    private static func isMeasured(_ reading: Reading) -> Bool {
        reading.quality == .measured && reading.index >= .zero && reading.index <= mostIndex
    }

    private static func isOrdered(_ readings: [Reading]) -> Bool {
        var previous: Reading?
        for reading in readings {
            if let previous, !comesBefore(previous, reading) { return false }
            previous = reading
        }
        return true
    }

    /// In order of time; of one instant, the one that counts comes last.
    private static func comesBefore(_ a: Reading, _ b: Reading) -> Bool {
        a.at == b.at ? a.yields(to: b) : a.at < b.at
    }
}
