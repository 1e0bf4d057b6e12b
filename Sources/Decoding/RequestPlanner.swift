/// Why registers are read.
public enum PollPurpose: Hashable, Sendable, CaseIterable {
    /// Whether the map is the unit's own.
    case identity
    /// What a count is worth, and states that change slowly; at start and then rarely.
    case scale
    /// The index and its status; every round.
    case index
}

/// One request, and why it is as it is.
public struct PlannedRequest: Hashable, Sendable {
    public let request: ReadRequest
    /// The fields that it brings.
    public let fields: [String]
    /// Registers that nobody asked for, read because that is cheaper than a second request.
    public let holes: Int
}

/// Turns the fields that are wanted into the fewest bytes on the wire.
///
/// A request of its own costs 8 characters, its reply 5 more, and the silences around them; a register in a hole costs
/// 2 characters. So a hole of up to `holeLimit` registers is read through, unless the model forbids it.
public struct RequestPlanner: Sendable {
    private let profile: MeterProfile

    public init(profile: MeterProfile) {
        self.profile = profile
    }

    /// The largest hole that is cheaper to read than to leave out: (8 + 5 + 7 characters of silence) / 2 = 10.
    static let holeLimit = 10

    /// The requests for one purpose, in order of function and address.
    ///
    /// - Parameters:
    ///   - purpose: what is wanted.
    ///   - channels: the channels behind which meters hang.
    /// - Returns: requests that together bring every field, and none that the model denies.
    public func requests(for purpose: PollPurpose, channels: Set<Int>) -> [PlannedRequest] {
        let fields = names(for: purpose, channels).compactMap { profile.fields[$0] }
        let byFunction = Dictionary(grouping: fields, by: \.function)
        return byFunction.keys.sorted { $0.rawValue < $1.rawValue }.flatMap { function in
            merged((byFunction[function] ?? []).sorted { ($0.address, $0.name) < ($1.address, $1.name) })
        }
    }

    private func names(for purpose: PollPurpose, _ channels: Set<Int>) -> Set<String> {
        let expressions = profile.channels.filter { channels.contains($0.key) }.map(\.value)
        switch purpose {
        case .identity: return Set(profile.identity.map(\.field))
        case .scale:
            let slow = profile.status.filter { !$0.isPolledWithIndex }.map(\.field)
            return Set(expressions.flatMap(\.scaleFields) + slow)
        case .index:
            let quick = profile.status.filter(\.isPolledWithIndex).map(\.field)
            return Set(expressions.flatMap(\.terms) + quick)
        }
    }

    private func merged(_ fields: [RegisterField]) -> [PlannedRequest] {
        var requests: [PlannedRequest] = []
        var group: [RegisterField] = []
        for field in fields {
            if let first = group.first, !fits(field, with: group, from: first) {
                requests.append(request(for: group))
                group = []
            }
            group.append(field)
        }
        if !group.isEmpty { requests.append(request(for: group)) }
        return requests
    }

    private func fits(_ field: RegisterField, with group: [RegisterField], from first: RegisterField) -> Bool
    {
        let end = end(of: group)
        let hole = field.addresses.lowerBound - end
        let span = Int(first.address)..<max(end, field.addresses.upperBound)
        guard self.span(covering: span, field.function) != nil else { return false }
        return hole <= 0 || mayRead(hole: end..<end + hole, field.function)
    }

    /// Whether any request may bring the field: short enough, and clear of every denied address.
    public func canRead(_ field: RegisterField) -> Bool {
        span(covering: field.addresses, field.function) != nil
    }

    /// The wanted addresses and as many more as the model's multiple asks for, behind them or else before them; nil
    /// where there is no such request.
    private func span(covering wanted: Range<Int>, _ function: ReadFunction) -> Range<Int>? {
        let multiple = profile.limits.multiple
        let count = (wanted.count + multiple - 1) / multiple * multiple
        guard count <= (function.readsBits ? 2_000 : profile.limits.maximumCount) else { return nil }
        for start in stride(from: wanted.lowerBound, through: wanted.upperBound - count, by: -1) {
            let span = start..<start + count
            if start >= 0, span.upperBound <= 65_536, !touchesDenied(span, function) {
                return span
            }
        }
        return nil
    }

    private func mayRead(hole: Range<Int>, _ function: ReadFunction) -> Bool {
        profile.limits.mayReadHoles && hole.count <= RequestPlanner.holeLimit
            && !touchesDenied(hole, function)
    }

    private func touchesDenied(_ addresses: Range<Int>, _ function: ReadFunction) -> Bool {
        profile.denied.contains { $0.function == function && $0.addresses.overlaps(addresses) }
    }

    private func request(for group: [RegisterField]) -> PlannedRequest {
        let function = group[0].function
        guard let span = span(covering: Int(group[0].address)..<end(of: group), function) else {
            preconditionFailure("\(group[0].name) can be read: its file was checked with canRead")
        }
        let wanted = Set(group.flatMap { Array($0.addresses) }).count
        return PlannedRequest(
            request: ReadRequest(
                function: function,
                address: UInt16(span.lowerBound),
                count: UInt16(span.count)
            ),
            fields: group.map(\.name),
            holes: span.count - wanted
        )
    }

    private func end(of group: [RegisterField]) -> Int {
        group.reduce(0) { max($0, $1.addresses.upperBound) }
    }
}

extension IndexExpression {
    /// The fields that say what a count is worth.
    var scaleFields: [String] {
        var fields: [String] = []
        if case .register(let field, _) = unit { fields.append(field) }
        if let multiplier { fields.append(multiplier.field) }
        return fields
    }
}
