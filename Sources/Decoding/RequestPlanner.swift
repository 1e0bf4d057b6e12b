/// Why registers are read.
public enum PollPurpose: String, Hashable, Sendable, CaseIterable {
    /// Whether the map is the unit's own, and whose number it bears.
    case identity
    /// What a count is worth; at start and then rarely.
    case scale
    /// The index and the states read with it; every round.
    case index
    /// States that change slowly; rarely, since batteries pay for them.
    case status
}

/// One request, and why it is as it is.
public struct PlannedRequest: Hashable, Sendable {
    public let request: ReadRequest
    /// The fields that it brings.
    public let fields: [String]
    /// Registers that nobody asked for, read because that is cheaper than a second request, or asked for by the model.
    public let holes: Int
    /// What those registers cost on the wire, and what a request of its own would, in microseconds.
    public let holeMicroseconds: Int64
    public let requestMicroseconds: Int64
    /// Why it does not go on from the request before it.
    public let cut: Cut
    /// Requests for the same fields whose replies have other lengths, so that a late reply to one is none to another.
    public let alternatives: [ReadRequest]

    public enum Cut: Hashable, Sendable {
        case first
        case otherFunction
        /// The addresses between have limits of their own, or lie within them.
        case otherRange
        case denied(ClosedRange<Int>)
        /// The model lets nobody read what lies between.
        case holesForbidden(Int)
        /// Together they would be more than the model allows.
        case tooLong(most: Int)
        /// To read so many registers between would take longer than a second request.
        case dearer(registers: Int)
    }
}

/// What reading costs on a line, in time.
public struct WireCost: Hashable, Sendable {
    /// Of one character; 0 on a network.
    public let characterNanoseconds: Int64
    /// Of a request beside its own and its reply's characters: silences, and how long a unit usually thinks.
    public let requestNanoseconds: Int64

    public init(characterNanoseconds: Int64, requestNanoseconds: Int64) {
        self.characterNanoseconds = characterNanoseconds
        self.requestNanoseconds = requestNanoseconds
    }

    /// 9,600 baud 8N1 with 3.5 characters of silence twice, and a unit that answers within 10 ms.
    public static let usual = WireCost(characterNanoseconds: 1_041_666, requestNanoseconds: 17_291_666)

    /// Of `registers` beside others in one reply, two characters each.
    func registers(_ count: Int, bits: Bool) -> Int64 {
        characterNanoseconds * Int64(bits ? (count + 7) / 8 : count * 2)
    }

    /// Of a request and its reply without data: 8 and 5 characters.
    var request: Int64 { characterNanoseconds * 13 + requestNanoseconds }
}

/// Turns the fields that are wanted into the cheapest requests, by time on the wire.
///
/// The fields of a function lie in order of their addresses. For each of them the planner asks where its request had
/// best begin: at itself, or at one of the fields before it, with everything between read as well. The cheapest chain
/// of such requests wins (Bellman's principle). A register in a hole costs two characters; a request of its own costs
/// 13 characters, two silences and the unit's thinking, about 31 ms or 14 registers at 9,600 baud.
public struct RequestPlanner: Sendable {
    /// Holes beyond this are not read, however cheap: the wider, the likelier a unit refuses them.
    static let widestHole = 32
    /// How many requests of other reply lengths are kept beside each.
    static let mostAlternatives = 4

    let profile: MeterProfile
    let cost: WireCost

    public init(profile: MeterProfile, cost: WireCost = .usual) {
        self.profile = profile
        self.cost = cost
    }

    /// The requests for one purpose, in order of function and address.
    ///
    /// - Parameters:
    ///   - purpose: what is wanted.
    ///   - channels: the channels behind which meters hang.
    /// - Returns: requests that together bring every field, and none that the model denies.
    public func requests(for purpose: PollPurpose, channels: Set<Int>) -> [PlannedRequest] {
        requests(for: names(for: purpose, channels))
    }

    /// The requests that bring these fields.
    public func requests(for names: Set<String>) -> [PlannedRequest] {
        let fields = names.compactMap { profile.fields[$0] }
        let byFunction = Dictionary(grouping: fields, by: \.function)
        var planned: [PlannedRequest] = []
        for function in byFunction.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            let ordered = (byFunction[function] ?? []).sorted {
                ($0.address, $0.name) < ($1.address, $1.name)
            }
            var before: RegisterField?
            for group in cheapestGroups(ordered) {
                let cut = before.map { self.cut(between: $0, and: group) }
                planned.append(request(for: group, cut ?? (planned.isEmpty ? .first : .otherFunction)))
                before = group.max { $0.addresses.upperBound < $1.addresses.upperBound }
            }
        }
        return planned
    }

    /// The fields that a purpose needs.
    public func names(for purpose: PollPurpose, _ channels: Set<Int>) -> Set<String> {
        let wanted = profile.channels.filter { channels.contains($0.key) }.map(\.value)
        let names: [String]
        switch purpose {
        case .identity: names = profile.identity.map(\.field) + (profile.serial.map { [$0] } ?? [])
        case .scale: names = wanted.flatMap { $0.index.scaleFields + ($0.flow?.scaleFields ?? []) }
        case .index:
            names =
                wanted.flatMap(\.index.quickFields) + profile.status.filter(\.isPolledWithIndex).map(\.field)
                + clockNames(withIndex: true)
        case .status:
            names =
                profile.status.filter { !$0.isPolledWithIndex }.map(\.field) + clockNames(withIndex: false)
        }
        return withOrders(Set(names), purpose)
    }

    /// Whether a request brings a part of the index itself, and not only states that are read beside it.
    public func bringsIndex(_ request: ReadRequest, _ channels: Set<Int>) -> Bool {
        let names = profile.channels.filter { channels.contains($0.key) }.flatMap(\.value.index.quickFields)
        return names.compactMap { profile.fields[$0] }.contains {
            $0.function == request.function && $0.addresses.overlaps(request.addresses)
        }
    }

    private func clockNames(withIndex: Bool) -> [String] {
        [profile.clock].compactMap(\.self).filter { $0.isPolledWithIndex == withIndex }.map(\.field)
    }

    /// Whether a request brings the whole of the unit's clock.
    public func bringsClock(_ request: ReadRequest) -> Bool {
        guard let field = profile.clock.flatMap({ profile.fields[$0.field] }) else { return false }
        return field.function == request.function && request.addresses.contains(field.addresses)
    }

    /// The fields of the flow, which nobody polls: it is shown to people only.
    public func flowNames(_ channels: Set<Int>) -> Set<String> {
        let flows = profile.channels.filter { channels.contains($0.key) }.compactMap(\.value.flow)
        return Set(flows.flatMap(\.volume.quickFields))
    }

    /// Registers that say how others lie on the wire are read with the scale registers.
    private func withOrders(_ names: Set<String>, _ purpose: PollPurpose) -> Set<String> {
        guard purpose == .scale || purpose == .identity else { return names }
        let users = purpose == .scale ? Set(profile.fields.keys) : names
        let orders = users.compactMap { name -> String? in
            guard case .register(let field, _) = profile.fields[name]?.order else { return nil }
            return field
        }
        return names.union(orders)
    }

    /// Whether any request may bring the field: short enough, and clear of every denied address.
    public func canRead(_ field: RegisterField) -> Bool {
        span(of: [field]) != nil
    }

    /// The fields in runs, each for one request, so that all of them together cost least.
    private func cheapestGroups(_ fields: [RegisterField]) -> [[RegisterField]] {
        var best: [(nanoseconds: Int64, start: Int)] = []
        for end in fields.indices {
            var cheapest: (nanoseconds: Int64, start: Int)?
            for start in stride(from: end, through: 0, by: -1) {
                guard let own = nanoseconds(of: fields[start...end]) else { continue }
                let total = own + (start == 0 ? 0 : best[start - 1].nanoseconds)
                if cheapest.map({ total <= $0.nanoseconds }) ?? true { cheapest = (total, start) }
            }
            // A field that cannot be read at all was refused with its file; alone it stands for itself.
            best.append(cheapest ?? ((best.last?.nanoseconds ?? 0) + cost.request, end))
        }
        var groups: [[RegisterField]] = []
        var end = fields.count - 1
        while end >= 0 {
            groups.insert(Array(fields[best[end].start...end]), at: 0)
            end = best[end].start - 1
        }
        return groups
    }

    private func nanoseconds(of fields: ArraySlice<RegisterField>) -> Int64? {
        guard let first = fields.first, let span = span(of: Array(fields)) else { return nil }
        return cost.request + cost.registers(span.count, bits: first.function.readsBits)
    }

    private func request(for group: [RegisterField], _ cut: PlannedRequest.Cut) -> PlannedRequest {
        let function = group[0].function
        guard let span = span(of: group) else {
            preconditionFailure("\(group[0].name) can be read: its file was checked with canRead")
        }
        let holes = span.count - Set(group.flatMap { Array($0.addresses) }).count
        return PlannedRequest(
            request: ReadRequest(function, span),
            fields: group.map(\.name),
            holes: holes,
            holeMicroseconds: cost.registers(holes, bits: function.readsBits) / 1_000,
            requestMicroseconds: cost.request / 1_000,
            cut: cut,
            alternatives: alternatives(to: span, group)
        )
    }

    private func cut(between before: RegisterField, and group: [RegisterField]) -> PlannedRequest.Cut {
        let (function, first) = (before.function, group[0])
        let hole = before.addresses.upperBound..<max(before.addresses.upperBound, first.addresses.lowerBound)
        guard rule(for: before)?.addresses == rule(for: first)?.addresses else { return .otherRange }
        if let denied = denied(hole, function) { return .denied(denied) }
        let limits = rule(for: first)?.limits ?? profile.limits
        if !limits.mayReadHoles, !hole.isEmpty { return .holesForbidden(hole.count) }
        if hole.count > RequestPlanner.widestHole { return .dearer(registers: hole.count) }
        let both = [before] + group
        return span(of: both) == nil ? .tooLong(most: most(limits, function)) : .dearer(registers: hole.count)
    }
}

extension ReadRequest {
    /// - Parameters:
    ///   - function: how the addresses are read.
    ///   - addresses: as many as one request may ask for.
    init(_ function: ReadFunction, _ addresses: Range<Int>) {
        self.init(function: function, address: UInt16(addresses.lowerBound), count: UInt16(addresses.count))
    }
}
