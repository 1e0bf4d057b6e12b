public import Metering

/// Reads a unit's registers as its model says.
public struct MeterDecoder: Sendable {
    /// Sums are made in millionths of a millilitre: 10^-9 litres.
    private static let sumExponent = -9
    private static let sumsPerMillilitre: Int128 = 1_000_000

    let profile: MeterProfile

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
    /// - Throws: `.withheld` while a scale, unit or order register is not known; other cases as they say.
    public func index(
        channel: Int,
        image: RegisterImage,
        site: SiteConversion
    ) throws(RegisterDecodingError) -> DecodedIndex {
        guard let expression = profile.channels[channel]?.index else { throw .noChannel(channel) }
        let counted = try volume(expression, image, site)
        let shown = counted + site.dialOffset
        let goesRound = expression.unit == .site || site.dialOffset != .zero
        let index = goesRound ? site.dial.wrapped(shown) : shown
        guard index >= .zero, index < site.dial.capacity else {
            throw .beyondDial(millilitres: index.millilitres)
        }
        let status = status(in: image, site)
        let isDoubtful = !status.isDisjoint(with: [.measurementFault, .simulationMode])
        return DecodedIndex(
            index: index,
            counted: counted,
            status: status,
            quality: isDoubtful ? .suspect : .measured
        )
    }

    /// The flow of one channel; nil where the model tells none.
    public func flow(
        channel: Int,
        image: RegisterImage,
        site: SiteConversion
    ) throws(RegisterDecodingError) -> Flow? {
        guard let expression = profile.channels[channel]?.flow else { return nil }
        let moved = try sum(expression.volume, image, site)
        let seconds: Int64
        switch expression.per {
        case .seconds(let fixed): seconds = fixed
        case .register(let field, let table):
            let code = try code(of: field, image, site)
            guard let found = table[code] else { throw .unknownCode(field: field, code: code) }
            seconds = found
        }
        let perHour = MeterDecoder.rounded(
            moved * 3_600,
            by: MeterDecoder.sumsPerMillilitre * Int128(seconds)
        )
        guard let perHour else { throw .noValue(field: expression.volume.terms[0].field) }
        return .millilitresPerHour(perHour)
    }

    /// One field's value, before scale and unit.
    public func value(
        of name: String,
        in image: RegisterImage,
        _ site: SiteConversion? = nil
    ) throws(RegisterDecodingError) -> RegisterValue {
        guard let field = profile.fields[name] else {
            preconditionFailure("model \(profile.id) has no field \(name)")
        }
        guard let registers = image.registers(of: field) else { throw .notRead(field: name) }
        let order = try order(of: field, image, site)
        guard let value = RegisterValue(registers, as: field.type, order: order, cut: field.cut),
            !isBad(value, registers, order, field)
        else { throw .noValue(field: name) }
        return value
    }

    /// Whether the identity fields say that this map is the unit's; a field that has to have a value must have it.
    public func identityFits(in image: RegisterImage, _ site: SiteConversion? = nil) -> Bool {
        profile.identity.allSatisfy { check in
            guard let value = try? value(of: check.field, in: image, site) else { return false }
            return check.values?.contains(value.description) ?? true
        }
    }

    /// The unit's own number; nil where the model knows no such field or it holds no value.
    public func serial(in image: RegisterImage, _ site: SiteConversion? = nil) -> String? {
        guard let field = profile.serial, let value = try? value(of: field, in: image, site) else {
            return nil
        }
        return value.description.isEmpty ? nil : value.description
    }

    /// Every flag whose rule holds; rules whose field was not read say nothing.
    public func status(in image: RegisterImage, _ site: SiteConversion? = nil) -> MeterStatus {
        profile.status.reduce(into: MeterStatus()) { flags, rule in
            if holds(rule, image, site) { flags.insert(rule.flag) }
        }
    }

    private func holds(_ rule: StatusRule, _ image: RegisterImage, _ site: SiteConversion?) -> Bool {
        do throws(RegisterDecodingError) {
            return rule.holds(for: try value(of: rule.field, in: image, site))
        } catch {
            if case .noValue = error { return rule.test == .noValue }
            return false
        }
    }

    private func isBad(
        _ value: RegisterValue,
        _ registers: [UInt16],
        _ order: ByteOrder,
        _ field: RegisterField
    )
        -> Bool
    {
        if let number = value.approximate, !number.isFinite { return true }
        return field.invalid.contains { bad in
            switch bad {
            case .number(let text): value.isNumber(text)
            case .pattern(let bits): RegisterValue.bits(of: order.bytes(of: registers)) == bits
            }
        }
    }

    /// In which order the field's bytes come.
    func order(
        of field: RegisterField,
        _ image: RegisterImage,
        _ site: SiteConversion?
    ) throws(RegisterDecodingError) -> ByteOrder {
        switch field.order {
        case .fixed(let order): return order
        case .site:
            guard let order = site?.byteOrder, order.fits(registers: field.type.registerCount) else {
                throw .noOrder(field: field.name)
            }
            return order
        case .register(let name, let orders):
            let code = try code(of: name, image, site)
            guard let order = orders[code] else { throw .unknownCode(field: name, code: code) }
            return order
        }
    }

    private func volume(
        _ expression: VolumeExpression,
        _ image: RegisterImage,
        _ site: SiteConversion
    ) throws(RegisterDecodingError) -> Volume {
        let sum = try sum(expression, image, site)
        guard let millilitres = MeterDecoder.rounded(sum, by: MeterDecoder.sumsPerMillilitre) else {
            throw .noValue(field: expression.terms[0].field)
        }
        return .millilitres(millilitres)
    }

    /// The expression in millionths of a millilitre.
    private func sum(
        _ expression: VolumeExpression,
        _ image: RegisterImage,
        _ site: SiteConversion
    ) throws(RegisterDecodingError) -> Int128 {
        let common = try [unit(of: expression, image, site)] + factors(expression.scales, image, site)
        var sum: Int128 = 0
        for term in expression.terms {
            let value = try value(of: term.field, in: image, site)
            let factors = try common + [term.times] + factors(term.scales, image, site)
            guard let part = value.counted(in: MeterDecoder.sumExponent, factors) else {
                throw .noValue(field: term.field)
            }
            let (total, overflow) = sum.addingReportingOverflow(part)
            guard !overflow else { throw .noValue(field: term.field) }
            sum = total
        }
        guard let sign = expression.sign else { return sum }
        return sign.negative.contains(try code(of: sign.field, image, site)) ? -sum : sum
    }

    /// Halves away from zero.
    private static func rounded(_ value: Int128, by divisor: Int128) -> Int64? {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        let up: Int128 = rest.magnitude * 2 >= divisor.magnitude ? (value < 0 ? -1 : 1) : 0
        return Int64(exactly: quotient + up)
    }

    /// Litres a count.
    private func unit(
        of expression: VolumeExpression,
        _ image: RegisterImage,
        _ site: SiteConversion
    ) throws(RegisterDecodingError) -> ExactDecimal {
        switch expression.unit {
        case .litres(let litres): return litres
        case .site:
            guard let litres = site.litresPerCount else { throw .noScale }
            return litres
        case .register(let field, let litres):
            let code = try code(of: field, image, site)
            guard let found = litres[code] else { throw .unknownCode(field: field, code: code) }
            return found
        }
    }

    private func factors(
        _ scales: [Scale],
        _ image: RegisterImage,
        _ site: SiteConversion
    ) throws(RegisterDecodingError) -> [ExactDecimal] {
        var factors: [ExactDecimal] = []
        for scale in scales { factors.append(try factor(scale, image, site)) }
        return factors
    }

    private func factor(
        _ scale: Scale,
        _ image: RegisterImage,
        _ site: SiteConversion
    ) throws(RegisterDecodingError) -> ExactDecimal {
        switch scale {
        case .fixed(let factor): return factor
        case .value(let field):
            guard let factor = try known(field, image, site).shortestDecimal, factor.coefficient > 0 else {
                throw .noValue(field: field)
            }
            return factor
        case .table(let field, let factors):
            let code = try code(of: field, image, site)
            guard let factor = factors[code] else { throw .unknownCode(field: field, code: code) }
            return factor
        case .powerOfTen(let field, let direction, let offset):
            let value = try known(field, image, site)
            guard let power = value.integer, (-18...18).contains(power) else {
                throw .unknownCode(field: field, code: value.description)
            }
            return ExactDecimal(coefficient: 1, exponent: direction * Int(power) + offset)
        }
    }

    private func code(
        of field: String,
        _ image: RegisterImage,
        _ site: SiteConversion?
    ) throws(RegisterDecodingError) -> String {
        try known(field, image, site).description
    }

    /// A value that others depend on: while it is not known, they are withheld.
    private func known(
        _ field: String,
        _ image: RegisterImage,
        _ site: SiteConversion?
    ) throws(RegisterDecodingError) -> RegisterValue {
        do throws(RegisterDecodingError) {
            return try value(of: field, in: image, site)
        } catch {
            throw .withheld(until: field)
        }
    }
}

/// What a unit says of one meter.
public struct DecodedIndex: Hashable, Sendable {
    /// What the dial shows.
    public let index: Volume
    /// What the registers come to, before the installation's offset and the end of the dial.
    public let counted: Volume
    public let status: MeterStatus
    public let quality: ReadingQuality
}
