public import Metering

/// Asks which readings of live registers agree with what the dial showed, twice.
///
/// The documents of a meter may be wrong about the order of bytes, the scale, or by one in the address. Two values of
/// the dial with enough water between them, and the registers at both times, leave one reading of them, or several,
/// or none. Only one is an answer.
public struct DialVerification: Sendable {
    /// The least water between the two values of the dial.
    public static let leastVolume = Volume.litres(10)
    private static let shifts = [0, -1, 1]
    private static let powers = Array(-6...6)

    private let profile: MeterProfile
    private let channel: Int
    private let site: SiteConversion

    /// What the dial and the registers showed at one time.
    public struct Sighting: Sendable {
        public let image: RegisterImage
        public let dial: Volume

        public init(image: RegisterImage, dial: Volume) {
            self.image = image
            self.dial = dial
        }
    }

    /// One way of reading the registers that fits both values of the dial.
    public struct Interpretation: Hashable, Sendable {
        /// By how much the addresses differ from the model's.
        public let shift: Int
        /// Nil where the model's own orders hold.
        public let order: ByteOrder?
        /// Powers of ten beside the model's scale.
        public let power: Int
        /// What the dial shows where the counter is zero, where the installation's own offset does not fit.
        public let dialOffset: Volume?

        /// Whether it is the model's own.
        public var isOfModel: Bool { shift == 0 && order == nil && power == 0 }
    }

    public enum Verdict: Hashable, Sendable {
        case only(Interpretation)
        /// More than one fits: more water, or a total with more digits, would part them.
        case undecidable([Interpretation])
        case none
    }

    public init(profile: MeterProfile, channel: Int, site: SiteConversion) {
        self.profile = profile
        self.channel = channel
        self.site = site
    }

    /// The addresses that have to be read, one beyond the model's on either side where nothing forbids it.
    public func requests(cost: WireCost = .usual) -> [ReadRequest] {
        let planner = RequestPlanner(profile: profile, cost: cost)
        let terms = planner.requests(for: Set(profile.channels[channel]?.index.quickFields ?? []))
        return terms.flatMap { planned -> [ReadRequest] in
            let (function, span) = (planned.request.function, planned.request.addresses)
            let wide = max(0, span.lowerBound - 1)..<min(65_536, span.upperBound + 1)
            let isFree =
                planner.denied(wide, function) == nil && wide.count <= planner.most(profile.limits, function)
            return isFree && profile.limits.multiple == 1 && profile.ranges.isEmpty
                ? [ReadRequest(function, wide)] : [planned.request]
        }
    }

    /// - Parameters:
    ///   - first: the earlier sighting.
    ///   - second: the later one, `leastVolume` or more after it.
    /// - Returns: whether the model holds, and what does where it does not.
    public func verdict(_ first: Sighting, _ second: Sighting) -> Verdict {
        precondition(
            advance(first, second) >= DialVerification.leastVolume,
            "enough water ran between the two"
        )
        let absolute = fitting(first, second, isOffsetFree: false, shifts: DialVerification.shifts)
        guard absolute.isEmpty, isPulse else { return DialVerification.verdict(absolute) }
        // Whatever counts the same pulses fits where the offset is open, so no other address can be told apart.
        return DialVerification.verdict(fitting(first, second, isOffsetFree: true, shifts: [0]))
    }

    private static func verdict(_ fitting: [Interpretation]) -> Verdict {
        fitting.count == 1 ? .only(fitting[0]) : fitting.isEmpty ? .none : .undecidable(fitting)
    }

    private func fitting(_ first: Sighting, _ second: Sighting, isOffsetFree: Bool, shifts: [Int])
        -> [Interpretation]
    {
        var fitting: [Interpretation] = []
        var tried: Set<[Int]> = []
        for shift in shifts {
            for order in [nil] + ByteOrder.named.map(\.order) {
                guard let varied = varied(shift, order),
                    tried.insert(bytesRead(by: varied, first.image)).inserted
                else { continue }
                fitting += DialVerification.powers.compactMap { power in
                    fit(varied, power, first, second, isOffsetFree: isOffsetFree).map { offset in
                        Interpretation(
                            shift: shift,
                            order: order,
                            power: power,
                            dialOffset: isOffsetFree ? offset : nil
                        )
                    }
                }
            }
        }
        return fitting
    }

    private var isPulse: Bool { profile.channels[channel]?.index.unit == .site }

    private func advance(_ first: Sighting, _ second: Sighting) -> Volume {
        site.dial.wrapped(second.dial - first.dial)
    }

    /// What the dial and the registers may differ by: they were not read in the same instant.
    ///
    /// A twentieth of the water between, at least two counts of the dial and a litre.
    private func tolerance(_ first: Sighting, _ second: Sighting) -> Volume {
        let share = Volume.millilitres(advance(first, second).millilitres / 20)
        return max(share, site.dial.resolution * 2, .litres(1))
    }

    /// - Returns: what the dial shows where the counter is zero; nil where the reading does not fit.
    private func fit(
        _ varied: MeterProfile,
        _ power: Int,
        _ first: Sighting,
        _ second: Sighting,
        isOffsetFree: Bool
    ) -> Volume? {
        guard let before = counted(varied, power, first.image),
            let after = counted(varied, power, second.image)
        else { return nil }
        let allowed = tolerance(first, second)
        let ran = site.dial.wrapped(after - before)
        guard isWithin(ran - advance(first, second), allowed) else { return nil }
        if isOffsetFree { return site.dial.wrapped(first.dial - before) }
        guard shows(before, first.dial, allowed), shows(after, second.dial, allowed) else { return nil }
        return site.dialOffset
    }

    /// Whether the dial shows what was counted; a pulse module's goes round at its end.
    private func shows(_ counted: Volume, _ dial: Volume, _ allowed: Volume) -> Bool {
        let shown = counted + site.dialOffset
        if isPulse { return isWithin(site.dial.wrapped(shown) - dial, allowed) }
        return counted >= .zero && counted < site.dial.capacity && isWithin(shown - dial, allowed)
    }

    private func isWithin(_ difference: Volume, _ allowed: Volume) -> Bool {
        difference <= allowed && -difference <= allowed
    }

    private func counted(_ varied: MeterProfile, _ power: Int, _ image: RegisterImage) -> Volume? {
        guard let channelOfModel = varied.channels[channel] else { return nil }
        let index = channelOfModel.index
        let scaled = VolumeExpression(
            terms: index.terms,
            sign: index.sign,
            unit: index.unit,
            scales: index.scales + [.fixed(ExactDecimal(coefficient: 1, exponent: power))]
        )
        let model = varied.with(fields: varied.fields, channels: [channel: MeterChannel(index: scaled)])
        let wide = SiteConversion(
            dial: Dial(capacity: .cubicMetres(1_000_000_000), resolution: .millilitres(1)),
            litresPerCount: site.litresPerCount,
            byteOrder: site.byteOrder
        )
        return try? MeterDecoder(profile: model).index(channel: channel, image: image, site: wide).counted
    }

    /// The model with its terms at other addresses or in another order; nil where that is no reading at all.
    private func varied(_ shift: Int, _ order: ByteOrder?) -> MeterProfile? {
        guard let terms = profile.channels[channel]?.index.terms else { return nil }
        var fields = profile.fields
        for term in terms {
            guard let field = fields[term.field], (0...65_535).contains(Int(field.address) + shift) else {
                return nil
            }
            fields[term.field] = RegisterField(
                name: field.name,
                function: field.function,
                address: UInt16(Int(field.address) + shift),
                type: field.type,
                order: order.map(FieldOrder.fixed) ?? field.order,
                cut: field.cut,
                invalid: field.invalid
            )
        }
        return profile.with(fields: fields, channels: profile.channels)
    }

    /// Which bytes of which registers the terms read, the most significant first: variants that read the same bytes
    /// are one, those that happen to read the same number are not.
    private func bytesRead(by varied: MeterProfile, _ image: RegisterImage) -> [Int] {
        let decoder = MeterDecoder(profile: varied)
        return (varied.channels[channel]?.index.terms ?? []).flatMap { term -> [Int] in
            guard let field = varied.fields[term.field],
                let order = try? decoder.order(of: field, image, site)
            else { return [] }
            let places = (0..<UInt16(field.type.registerCount)).map { place -> UInt16 in
                let high = place * 2
                return high << 8 | (high + 1)
            }
            let first = Int(field.address) * 2
            return order.bytes(of: places).map { first + Int($0) }
        }
    }
}

extension MeterProfile {
    /// The same model with other fields and channels, without its examples.
    fileprivate func with(fields: [String: RegisterField], channels: [Int: MeterChannel]) -> MeterProfile {
        MeterProfile(
            id: id,
            title: title,
            sources: sources,
            link: link,
            limits: limits,
            ranges: ranges,
            fields: fields,
            channels: channels
        )
    }
}
