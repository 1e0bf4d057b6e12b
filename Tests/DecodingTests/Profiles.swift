import Decoding
import Metering

/// A model with these parts and nothing else.
func model(
    _ fields: [RegisterField],
    channels: [Int: VolumeExpression] = [:],
    limits: ReadLimits = ReadLimits(),
    ranges: [ReadRange] = [],
    status: [StatusRule] = [],
    identity: [IdentityCheck] = [],
    denied: [DeniedRange] = []
) -> MeterProfile {
    MeterProfile(
        id: MeterProfile.ID("made-up"),
        title: "made up",
        sources: ["none"],
        limits: limits,
        ranges: ranges,
        fields: Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0) }),
        channels: channels.mapValues { MeterChannel(index: $0) },
        status: status,
        identity: identity,
        denied: denied
    )
}

func field(
    _ name: String,
    _ address: UInt16,
    _ type: RegisterType = .uint32,
    function: ReadFunction = .inputRegisters,
    invalid: [BadValue] = []
) -> RegisterField {
    RegisterField(name: name, function: function, address: address, type: type, invalid: invalid)
}

extension VolumeExpression {
    /// The sum of some fields.
    init(terms: [String], unit: VolumeUnit, scales: [Scale] = []) {
        self.init(terms: terms.map { Term($0) }, unit: unit, scales: scales)
    }
}

/// Input registers from `address` on.
func image(_ address: Int, _ words: [UInt16]) -> RegisterImage {
    var image = RegisterImage()
    for (offset, word) in words.enumerated() { image.set(.inputRegisters, address + offset, to: word) }
    return image
}

/// A dial of 10,000 m3 in litres, with a pulse of `litres`.
func site(litres: String? = nil, offset: Int64 = 0, capacity: Int64 = 10_000) -> SiteConversion {
    SiteConversion(
        dial: Dial(capacity: .cubicMetres(capacity), resolution: .litres(1)),
        litresPerCount: litres.flatMap { ExactDecimal($0) },
        dialOffset: .litres(offset)
    )
}
