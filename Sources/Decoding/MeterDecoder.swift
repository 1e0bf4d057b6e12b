public import Metering

/// Reads a unit's registers as its model says.
public struct MeterDecoder: Sendable {
    private let profile: MeterProfile

    public init(profile: MeterProfile) {
        self.profile = profile
    }

    /// The index of one channel with the unit's status.
    ///
    /// - Parameters:
    ///   - channel: from 1.
    ///   - image: everything read of the unit so far, scale registers included.
    ///   - site: what the installation adds.
    /// - Returns: an index on the dial.
    /// - Throws: `.withheld` while a scale or unit register is not known; other cases as they say.
    public func index(
        channel: Int,
        image: RegisterImage,
        site: SiteConversion
    ) throws(RegisterDecodingError) -> DecodedIndex {
        guard let expression = profile.channels[channel] else { throw .noChannel(channel) }
        let counted = try millilitres(of: expression, image, site)
        let index: Volume
        if expression.unit == .site {
            index = wrapped(counted + site.dialOffset, round: site.dial)
        } else {
            index = counted
        }
        guard index >= .zero, index < site.dial.capacity else {
            throw .beyondDial(millilitres: index.millilitres)
        }
        let status = status(in: image)
        let isDoubtful = !status.isDisjoint(with: [.measurementFault, .simulationMode])
        return DecodedIndex(index: index, status: status, quality: isDoubtful ? .suspect : .measured)
    }

    /// One field's value, before scale and unit.
    public func value(of name: String, in image: RegisterImage) throws(RegisterDecodingError) -> RegisterValue
    {
        guard let field = profile.fields[name] else {
            preconditionFailure("model \(profile.id) has no field \(name)")
        }
        guard let registers = image.registers(of: field) else { throw .notRead(field: name) }
        guard let value = RegisterValue(registers, as: field.type, order: field.order) else {
            throw .noValue(field: name)
        }
        if let integer = value.integer, field.invalid.contains(integer) { throw .noValue(field: name) }
        return value
    }

    /// Whether the identity fields say that this map is the unit's; a field that has to have a value must have it.
    public func identityFits(in image: RegisterImage) -> Bool {
        profile.identity.allSatisfy { check in
            guard let value = try? value(of: check.field, in: image) else { return false }
            return check.equals == nil || value.integer == check.equals
        }
    }

    /// Every flag whose rule holds; rules whose field was not read say nothing.
    public func status(in image: RegisterImage) -> MeterStatus {
        profile.status.reduce(into: MeterStatus()) { flags, rule in
            guard let value = (try? value(of: rule.field, in: image))?.integer else { return }
            switch rule.test {
            case .bit(let bit): if value >> Int64(bit) & 1 == 1 { flags.insert(rule.flag) }
            case .equals(let wanted): if value == wanted { flags.insert(rule.flag) }
            }
        }
    }

    private func millilitres(
        of expression: IndexExpression,
        _ image: RegisterImage,
        _ site: SiteConversion
    ) throws(RegisterDecodingError) -> Volume {
        let scale = try scale(of: expression, image, site)
        var sum: Int64 = 0
        for term in expression.terms {
            let value = try value(of: term, in: image)
            guard let part = value.counted(in: -3, scale: scale) else { throw .noValue(field: term) }
            let (total, overflow) = sum.addingReportingOverflow(part)
            guard !overflow else { throw .noValue(field: term) }
            sum = total
        }
        return .millilitres(sum)
    }

    /// Litres a count.
    private func scale(
        of expression: IndexExpression,
        _ image: RegisterImage,
        _ site: SiteConversion
    ) throws(RegisterDecodingError) -> ExactDecimal {
        let unit: ExactDecimal
        switch expression.unit {
        case .litres(let litres): unit = litres
        case .site:
            guard let litres = site.litresPerCount else { throw .noScale }
            unit = litres
        case .register(let field, let litres):
            let code = try scaleCode(field, image)
            guard let found = litres[code] else { throw .unknownCode(field: field, code: code) }
            unit = found
        }
        guard let multiplier = expression.multiplier else { return unit }
        let power = try scaleCode(multiplier.field, image)
        guard (-12...12).contains(power) else { throw .unknownCode(field: multiplier.field, code: power) }
        return ExactDecimal(
            coefficient: unit.coefficient,
            exponent: unit.exponent + Int(power) + multiplier.offset
        )
    }

    private func scaleCode(_ field: String, _ image: RegisterImage) throws(RegisterDecodingError) -> Int64 {
        guard let value = (try? value(of: field, in: image))?.integer else { throw .withheld(until: field) }
        return value
    }

    private func wrapped(_ volume: Volume, round dial: Dial) -> Volume {
        let rest = volume.millilitres % dial.capacity.millilitres
        return .millilitres(rest < 0 ? rest + dial.capacity.millilitres : rest)
    }
}

/// What a unit says of one meter.
public struct DecodedIndex: Hashable, Sendable {
    public let index: Volume
    public let status: MeterStatus
    public let quality: ReadingQuality
}
