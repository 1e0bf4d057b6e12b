public import Metering

/// Registers with the values that they must decode to.
public struct ProfileExample: Hashable, Sendable {
    public let name: String
    public let origin: Origin
    public let image: RegisterImage
    /// Decoded values of fields, as text; nil where the field must hold no value.
    public let fields: [String: String?]
    public let indexes: [Int: ExpectedIndex]
    /// Flows in millilitres an hour by channel.
    public let flows: [Int: Int64]
    /// The flags that must be set, when the example says.
    public let status: MeterStatus?
    public let site: SiteConversion

    /// What must become of a channel's index.
    public enum ExpectedIndex: Hashable, Sendable {
        case millilitres(Int64)
        /// A register that it depends on is not known.
        case withheld
        /// The registers hold no value, or a code that the model does not have.
        case none
    }

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
        fields: [String: String?],
        indexes: [Int: ExpectedIndex],
        flows: [Int: Int64] = [:],
        status: MeterStatus?,
        site: SiteConversion
    ) {
        self.name = name
        self.origin = origin
        self.image = image
        self.fields = fields
        self.indexes = indexes
        self.flows = flows
        self.status = status
        self.site = site
    }
}
