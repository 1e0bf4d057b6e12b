public import Metering

/// What the register says of a service point and its meter, by the keys of the installations file.
public enum RegisterKey: String, Hashable, Sendable, CaseIterable {
    case calibre = "calibre_mm"
    case useClass = "use_class"
    case area
    case vacant
    case meter
    case dial
    case verifiedUntil = "verified_until"
    case billable

    /// The value as files write it.
    public func text(of registered: RegisteredPoint) -> String {
        let (point, meter) = (registered.point, registered.meter)
        switch self {
        case .calibre: return "\(point.calibre.millimetres)"
        case .useClass: return point.useClass.name
        case .area: return point.area
        case .vacant: return "\(point.isVacant)"
        case .meter: return meter.id.rawValue
        case .dial: return "\(meter.dial.capacity.wholeCubicMetres) m3, \(meter.dial.resolution)"
        case .verifiedUntil: return meter.verifiedUntil?.description ?? ""
        case .billable: return "\(meter.isBillable)"
        }
    }

    /// Whether it is said of the meter, and so tells nothing where two different ones are compared.
    var isOfMeter: Bool { [.dial, .verifiedUntil, .billable].contains(self) }
}

/// Where a file says something else than the register.
public struct RegisterDifference: Hashable, Sendable, CustomStringConvertible {
    public let point: ServicePoint.ID
    public let key: RegisterKey
    public let file: String
    /// What counts.
    public let register: String

    public init(point: ServicePoint.ID, key: RegisterKey, file: String, register: String) {
        self.point = point
        self.key = key
        self.file = file
        self.register = register
    }

    public var description: String {
        "\(point) \(key.rawValue): the register says '\(register)', the file '\(file)'"
    }
}

extension RegisteredPoint {
    /// Where `file` says something else of the same point.
    func differences(from file: RegisteredPoint) -> [RegisterDifference] {
        RegisterKey.allCases.compactMap { key in
            guard meter.id == file.meter.id || !key.isOfMeter else { return nil }
            let (said, counts) = (key.text(of: file), key.text(of: self))
            guard said != counts else { return nil }
            return RegisterDifference(point: point.id, key: key, file: said, register: counts)
        }
    }
}
