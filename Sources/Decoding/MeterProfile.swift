public import Metering

/// A meter model: what its registers mean, how it wants to be asked, and what must never be read.
///
/// Models are files (`meters/models`); this is what a file says.
public struct MeterProfile: Hashable, Sendable, Identifiable {
    public typealias ID = Identifier<MeterProfile>

    public let id: ID
    public let title: String
    /// Where its facts come from.
    public let sources: [String]
    public let link: LinkManners
    public let limits: ReadLimits
    public let fields: [String: RegisterField]
    /// The index of each meter behind the unit, by channel from 1; a meter of its own has channel 1 only.
    public let channels: [Int: IndexExpression]
    public let status: [StatusRule]
    /// Fields whose values tell that the map is the right one, with the value each must have; nil for any.
    public let identity: [IdentityCheck]
    public let denied: [DeniedRange]
    public let examples: [ProfileExample]
    /// Facts that no source settles, in words; each is a warning of `check`.
    public let unverified: [String]

    public init(
        id: ID,
        title: String,
        sources: [String],
        link: LinkManners,
        limits: ReadLimits,
        fields: [String: RegisterField],
        channels: [Int: IndexExpression],
        status: [StatusRule] = [],
        identity: [IdentityCheck] = [],
        denied: [DeniedRange] = [],
        examples: [ProfileExample] = [],
        unverified: [String] = []
    ) {
        self.id = id
        self.title = title
        self.sources = sources
        self.link = link
        self.limits = limits
        self.fields = fields
        self.channels = channels
        self.status = status
        self.identity = identity
        self.denied = denied
        self.examples = examples
        self.unverified = unverified
    }
}

/// How a meter wants to be asked on the line.
public struct LinkManners: Hashable, Sendable {
    public var responseTimeoutMilliseconds = 1_000
    /// Silence between two requests to this unit, beyond the frame's own 3.5 characters.
    public var turnaroundMilliseconds = 20
    /// How many requests may be lost to waking it up.
    public var wakeupRetries = 0

    public init() {}
}

/// What one request may ask of the unit.
public struct ReadLimits: Hashable, Sendable {
    public var maximumCount = 125
    /// Counts must be a multiple of this.
    public var multiple = 1
    /// Whether registers that nobody asked for may be read on the way.
    public var mayReadHoles = true

    public init() {}
}

/// One value in the unit's registers.
public struct RegisterField: Hashable, Sendable {
    public let name: String
    public let function: ReadFunction
    /// The PDU address, from 0.
    public let address: UInt16
    public let type: RegisterType
    public let order: WordOrder
    /// Values that mean "none".
    public let invalid: Set<Int64>

    public init(
        name: String,
        function: ReadFunction,
        address: UInt16,
        type: RegisterType,
        order: WordOrder = .big,
        invalid: Set<Int64> = []
    ) {
        self.name = name
        self.function = function
        self.address = address
        self.type = type
        self.order = order
        self.invalid = invalid
    }

    public var addresses: Range<Int> { Int(address)..<Int(address) + type.registerCount }
}

/// How a channel's index comes out of the registers: the sum of `terms`, times the unit, times the multiplier.
public struct IndexExpression: Hashable, Sendable {
    /// The fields that are added: an integer part and a fraction, or one of them.
    public let terms: [String]
    public let unit: IndexUnit
    /// 10^(value of the field + offset); nil for none.
    public let multiplier: Multiplier?

    public init(terms: [String], unit: IndexUnit, multiplier: Multiplier? = nil) {
        self.terms = terms
        self.unit = unit
        self.multiplier = multiplier
    }

    /// A power of ten that stands in another register.
    public struct Multiplier: Hashable, Sendable {
        public let field: String
        public let offset: Int

        public init(field: String, offset: Int) {
            self.field = field
            self.offset = offset
        }
    }
}

/// What one count of an index is worth.
public enum IndexUnit: Hashable, Sendable {
    /// So many litres.
    case litres(ExactDecimal)
    /// By a code in another register; litres of each code.
    case register(field: String, litres: [Int64: ExactDecimal])
    /// By the installation's `litres_per_count`; the dial is offset + counts x litres, round the dial's end.
    case site
}

/// A value of a field that means a state of the meter.
public struct StatusRule: Hashable, Sendable {
    public let field: String
    public let test: Test
    public let flag: MeterStatus
    /// Read with every index, or only with the scale registers, which spares batteries.
    public let isPolledWithIndex: Bool

    public enum Test: Hashable, Sendable {
        /// The bit of this number, from 0, is set.
        case bit(Int)
        case equals(Int64)
    }

    public init(field: String, test: Test, flag: MeterStatus, isPolledWithIndex: Bool = true) {
        self.field = field
        self.test = test
        self.flag = flag
        self.isPolledWithIndex = isPolledWithIndex
    }
}

/// A field that has to be readable, or to have one value, before the map is trusted.
public struct IdentityCheck: Hashable, Sendable {
    public let field: String
    public let equals: Int64?

    public init(field: String, equals: Int64? = nil) {
        self.field = field
        self.equals = equals
    }
}

/// Addresses that must never be read: passwords, resets, valve controls.
public struct DeniedRange: Hashable, Sendable {
    public let function: ReadFunction
    public let addresses: ClosedRange<Int>

    public init(function: ReadFunction, addresses: ClosedRange<Int>) {
        self.function = function
        self.addresses = addresses
    }
}

/// Registers with the values that they must decode to.
public struct ProfileExample: Hashable, Sendable {
    public let name: String
    public let origin: Origin
    public let image: RegisterImage
    /// Decoded values of fields, as text.
    public let fields: [String: String]
    /// Indexes in millilitres by channel; nil where the index must be withheld.
    public let indexes: [Int: Int64?]
    /// The flags that must be set, when the example says.
    public let status: MeterStatus?
    public let site: SiteConversion

    /// How far an example may be trusted.
    public enum Origin: String, Hashable, Sendable, CaseIterable {
        /// Read from a meter.
        case real
        /// Printed by the maker.
        case printed
        /// Made from the map itself: shows the decoder, not the meter.
        case constructed
    }

    public init(
        name: String,
        origin: Origin,
        image: RegisterImage,
        fields: [String: String],
        indexes: [Int: Int64?],
        status: MeterStatus?,
        site: SiteConversion
    ) {
        self.name = name
        self.origin = origin
        self.image = image
        self.fields = fields
        self.indexes = indexes
        self.status = status
        self.site = site
    }
}

/// What the installation adds to the model: the dial, and what a count is worth where the model can't know.
public struct SiteConversion: Hashable, Sendable {
    public let dial: Dial
    public let litresPerCount: ExactDecimal?
    /// What the dial showed when the counter was zero.
    public let dialOffset: Volume

    public init(dial: Dial, litresPerCount: ExactDecimal? = nil, dialOffset: Volume = .zero) {
        self.dial = dial
        self.litresPerCount = litresPerCount
        self.dialOffset = dialOffset
    }
}
