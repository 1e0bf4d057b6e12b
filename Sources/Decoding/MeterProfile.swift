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
    /// How its documents count addresses; fields are kept by PDU address all the same.
    public let numbering: AddressNumbering
    public let link: LinkManners
    public let polling: PollLimits
    public let limits: ReadLimits
    /// Parts of the address space with limits of their own.
    public let ranges: [ReadRange]
    public let fields: [String: RegisterField]
    /// The meters behind the unit, by channel from 1; a meter of its own has channel 1 only.
    public let channels: [Int: MeterChannel]
    public let status: [StatusRule]
    /// Fields whose values tell that the map is the right one.
    public let identity: [IdentityCheck]
    /// The field with the unit's own number.
    public let serial: String?
    /// The unit's own clock; nil where it has none that can be read.
    public let clock: MeterClock?
    public let denied: [DeniedRange]
    public let examples: [ProfileExample]
    /// Facts that no source settles, in words; each is a warning of `check`.
    public let unverified: [String]
    /// Tells two versions of a file apart, so that a proof at a meter counts for the version it was made with.
    public let edition: String

    public init(
        id: ID,
        title: String,
        sources: [String],
        numbering: AddressNumbering = .pdu,
        link: LinkManners = LinkManners(),
        polling: PollLimits = PollLimits(),
        limits: ReadLimits = ReadLimits(),
        ranges: [ReadRange] = [],
        fields: [String: RegisterField],
        channels: [Int: MeterChannel],
        status: [StatusRule] = [],
        identity: [IdentityCheck] = [],
        serial: String? = nil,
        clock: MeterClock? = nil,
        denied: [DeniedRange] = [],
        examples: [ProfileExample] = [],
        unverified: [String] = [],
        edition: String = ""
    ) {
        self.id = id
        self.title = title
        self.sources = sources
        self.numbering = numbering
        self.link = link
        self.polling = polling
        self.limits = limits
        self.ranges = ranges
        self.fields = fields
        self.channels = channels
        self.status = status
        self.identity = identity
        self.serial = serial
        self.clock = clock
        self.denied = denied
        self.examples = examples
        self.unverified = unverified
        self.edition = edition
    }
}

/// One meter behind a unit: its index, and its flow where the unit tells it.
public struct MeterChannel: Hashable, Sendable {
    public let index: VolumeExpression
    public let flow: FlowExpression?

    public init(index: VolumeExpression, flow: FlowExpression? = nil) {
        self.index = index
        self.flow = flow
    }
}

/// A field that has to be readable, or to have one of some values, before the map is trusted.
public struct IdentityCheck: Hashable, Sendable {
    public let field: String
    /// As text; nil for any value.
    public let values: [String]?

    public init(field: String, values: [String]? = nil) {
        self.field = field
        self.values = values
    }
}

/// Addresses that must never be read: passwords, resets, valve controls.
public struct DeniedRange: Hashable, Sendable {
    public let function: ReadFunction
    public let addresses: ClosedRange<Int>
    public let reason: String

    public init(function: ReadFunction, addresses: ClosedRange<Int>, reason: String = "") {
        self.function = function
        self.addresses = addresses
        self.reason = reason
    }
}

/// What the installation adds to the model: the dial, and what a count is worth where the model can't know.
public struct SiteConversion: Hashable, Sendable {
    public let dial: Dial
    public let litresPerCount: ExactDecimal?
    /// What the dial showed when the counter was zero.
    public let dialOffset: Volume
    /// The order of bytes where whoever sets up the meter chooses it.
    public let byteOrder: ByteOrder?

    public init(
        dial: Dial,
        litresPerCount: ExactDecimal? = nil,
        dialOffset: Volume = .zero,
        byteOrder: ByteOrder? = nil
    ) {
        self.dial = dial
        self.litresPerCount = litresPerCount
        self.dialOffset = dialOffset
        self.byteOrder = byteOrder
    }

    /// The same with another offset.
    public func offset(by dialOffset: Volume) -> SiteConversion {
        SiteConversion(
            dial: dial,
            litresPerCount: litresPerCount,
            dialOffset: dialOffset,
            byteOrder: byteOrder
        )
    }
}
