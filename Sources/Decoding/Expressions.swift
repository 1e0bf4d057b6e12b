public import Metering

/// How an amount of water comes out of registers: the sum of the terms, times unit and scales.
///
/// TUF-2000M: (integer part + fraction) x 1,000 L x 10^(n-3). Exact to a millionth of a millilitre, then rounded once.
public struct VolumeExpression: Hashable, Sendable {
    public let terms: [Term]
    /// Another field that makes the sum negative by its value; nil for none.
    public let sign: SignRule?
    public let unit: VolumeUnit
    public let scales: [Scale]

    public init(terms: [Term], sign: SignRule? = nil, unit: VolumeUnit, scales: [Scale] = []) {
        self.terms = terms
        self.sign = sign
        self.unit = unit
        self.scales = scales
    }

    /// A field and what it counts for: a half of 64 bits for 2^32, a count of rollovers for the dial's end.
    public struct Term: Hashable, Sendable {
        public let field: String
        public let times: ExactDecimal
        /// Factors of this term alone, before those of the sum.
        public let scales: [Scale]

        public init(_ field: String, times: ExactDecimal = .one, scales: [Scale] = []) {
            self.field = field
            self.times = times
            self.scales = scales
        }
    }

    /// The direction stands in a register of its own.
    public struct SignRule: Hashable, Sendable {
        public let field: String
        /// The values that mean "negative", as text.
        public let negative: Set<String>

        public init(field: String, negative: Set<String>) {
            self.field = field
            self.negative = negative
        }
    }
}

/// What one count is worth.
public enum VolumeUnit: Hashable, Sendable {
    /// So many litres.
    case litres(ExactDecimal)
    /// By a code or a name in another register; litres of each.
    case register(field: String, litres: [String: ExactDecimal])
    /// By the installation's `litres_per_count`; the dial is offset + counts x litres, round the dial's end.
    case site
}

/// A factor that stands in another register.
public enum Scale: Hashable, Sendable {
    /// 10^(direction x value + offset): a multiplier's exponent, or with -1 a number of decimals.
    case powerOfTen(field: String, direction: Int, offset: Int)
    /// The factor of a code.
    case table(field: String, factors: [String: ExactDecimal])
    /// The register's own value: litres a pulse.
    case value(field: String)
    case fixed(ExactDecimal)

    var field: String? {
        switch self {
        case .powerOfTen(let field, _, _), .table(let field, _), .value(let field): field
        case .fixed: nil
        }
    }
}

/// How a rate of flow comes out of registers: an amount, over a time that may stand in a register too.
public struct FlowExpression: Hashable, Sendable {
    public let volume: VolumeExpression
    public let per: TimeBase

    public init(volume: VolumeExpression, per: TimeBase) {
        self.volume = volume
        self.per = per
    }

    public enum TimeBase: Hashable, Sendable {
        case seconds(Int64)
        case register(field: String, seconds: [String: Int64])

        var field: String? {
            if case .register(let field, _) = self { field } else { nil }
        }
    }
}

extension VolumeExpression {
    /// The fields that are added, and the one that says their sign: they change with the water.
    var quickFields: [String] {
        terms.map(\.field) + (sign.map { [$0.field] } ?? [])
    }

    /// The fields that say what a count is worth: they change when somebody sets the meter up anew.
    var scaleFields: [String] {
        var fields = (scales + terms.flatMap(\.scales)).compactMap(\.field)
        if case .register(let field, _) = unit { fields.append(field) }
        return fields
    }
}

extension FlowExpression {
    var scaleFields: [String] { volume.scaleFields + (per.field.map { [$0] } ?? []) }
}
