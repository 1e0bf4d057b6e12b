import Decoding
import Metering

/// What many exchanges with the units of a line tell about the line: the likely causes of what went wrong.
///
/// Nobody can see a cable from here. Each cause is the usual one of its pattern, from what fitters of RS-485 lines report;
/// more than one may be named.
public struct LineDiagnosis: Sendable {
    /// Above this share of damaged answers a line is not in order, in thousandths.
    private static let damagedPermille = 10

    public let causes: [Cause]

    /// What is likely wrong.
    public enum Cause: Hashable, Sendable {
        /// Another program or master asks on the line as well.
        case anotherMaster
        /// The adapter hears what it sends.
        case echo
        /// Nothing that comes is a frame: wrong rate or parity, or A and B swapped.
        case unreadable
        /// Nothing comes at all: no power, a broken or unplugged line, A and B swapped, wrong settings.
        case dead
        /// Two units answer at this address.
        case doubled(unit: UInt8)
        /// This unit alone does not answer: no power, another address, another rate, asleep.
        case absent(unit: UInt8)
        /// Answers of all units are damaged now and then, long ones more often: no termination, noise, too long a cable.
        case noisy
        /// This unit alone sends damaged answers: its own connection or driver.
        case noisyUnit(unit: UInt8)
        /// This unit refuses what its model asks: another map, another version.
        case wrongMap(unit: UInt8)
        /// This unit answers later than it is waited for.
        case slow(unit: UInt8)
        /// Another program holds the device.
        case taken
    }

    /// What was seen of one unit.
    public struct Sighting: Sendable {
        public let unit: UInt8
        public let counts: UnitCounts
        /// What came instead of answers, a few of each.
        public let wrecks: [[UInt8]]
        /// The requests that were sent.
        public let requests: [[UInt8]]

        public init(unit: UInt8, counts: UnitCounts, wrecks: [[UInt8]], requests: [[UInt8]]) {
            self.unit = unit
            self.counts = counts
            self.wrecks = wrecks
            self.requests = requests
        }
    }

    public init(_ sightings: [Sighting]) {
        var causes: Set<Cause> = []
        let asked = sightings.filter { $0.counts.asked > 0 }
        let isAnswered = asked.contains { $0.counts.answered > 0 }
        if asked.contains(where: \.hasEcho) { causes.insert(.echo) }
        if asked.contains(where: \.hasForeignRequest) { causes.insert(.anotherMaster) }
        if asked.contains(where: { $0.share(of: .lineDown) > 0 }) { causes.insert(.taken) }
        if !isAnswered, !asked.isEmpty, !causes.contains(.taken) {
            let hasBytes = asked.contains { !$0.wrecks.isEmpty }
            if hasBytes, causes.isDisjoint(with: [.echo, .anotherMaster]) { causes.insert(.unreadable) }
            if !hasBytes { causes.insert(.dead) }
        }
        if isAnswered {
            causes.formUnion(LineDiagnosis.causes(of: asked))
        }
        self.causes = causes.sorted { "\($0)" < "\($1)" }
    }

    /// Causes that lie with single units, told apart by how the others fare.
    private static func causes(of sightings: [Sighting]) -> Set<Cause> {
        var causes: Set<Cause> = []
        let damaged = sightings.filter { $0.share(of: .damaged) + $0.share(of: .mismatch) >= damagedPermille }
        let isCommon = sightings.count >= 2 && damaged.count * 2 > sightings.count
        if isCommon { causes.insert(.noisy) }
        for sighting in sightings {
            let unit = sighting.unit
            if sighting.counts.answered == 0 {
                let isSilent = sighting.share(of: .silence) + sighting.share(of: .postponed) == 1_000
                causes.insert(
                    isSilent
                        ? .absent(unit: unit)
                        : sighting.hasOverlap ? .doubled(unit: unit) : .noisyUnit(unit: unit)
                )
            } else if damaged.contains(where: { $0.unit == unit }), !isCommon {
                causes.insert(sighting.hasOverlap ? .doubled(unit: unit) : .noisyUnit(unit: unit))
            }
            if sighting.hasException { causes.insert(.wrongMap(unit: unit)) }
            if sighting.counts.answered > 0, sighting.counts.strays > 0, sighting.share(of: .silence) > 0 {
                causes.insert(.slow(unit: unit))
            }
        }
        return causes
    }
}

extension LineDiagnosis.Sighting {
    /// Of all questions, in thousandths.
    func share(of kind: ExchangeKind) -> Int {
        (counts.byKind[kind] ?? 0) * 1_000 / max(1, counts.asked)
    }

    var hasException: Bool {
        counts.byKind.keys.contains {
            if case .exception(let code) = $0 { (1...3).contains(code) } else { false }
        }
    }

    /// What came begins with what was sent.
    var hasEcho: Bool {
        wrecks.contains { wreck in requests.contains { !$0.isEmpty && wreck.starts(with: $0) } }
    }

    /// A whole request that is not ours.
    var hasForeignRequest: Bool {
        wrecks.contains { wreck in
            FrameRanges.rtu(in: wreck).contains { range in
                let frame = Array(wreck[range])
                return Frame.read(frame) != nil && !requests.contains(frame)
            }
        }
    }

    /// Wrecks as long as an answer or longer: two answers over each other rather than a piece of one.
    var hasOverlap: Bool {
        let expected =
            requests.compactMap { Frame.read($0)?.request.replyByteCount }.max().map { $0 + 5 } ?? 5
        let long = wrecks.filter { $0.count >= expected }.count
        return long * 2 > wrecks.count || (counts.byKind[.mismatch] ?? 0) > 0
    }
}
