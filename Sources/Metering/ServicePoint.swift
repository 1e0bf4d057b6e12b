/// A service point (水栓): where water is delivered, whatever meter hangs there.
///
/// The series belongs to it.
/// Known by a pseudonym only; names and addresses never enter this program.
public struct ServicePoint: Hashable, Sendable, Identifiable {
    public typealias ID = Identifier<ServicePoint>

    public let id: ID
    public let calibre: Calibre
    public let useClass: UseClass
    /// The district for patrols and shared outages; empty when none is named.
    public let area: String
    /// Registered as empty: any lasting flow is suspicious.
    public let isVacant: Bool

    public init(id: ID, calibre: Calibre, useClass: UseClass, area: String = "", isVacant: Bool = false) {
        self.id = id
        self.calibre = calibre
        self.useClass = useClass
        self.area = area
        self.isVacant = isVacant
    }
}
