public import Acquisition
public import Decoding

/// Looks who is on a line: which addresses answer at all, and which models' identity fits them.
public struct LineScan: Sendable {
    private let bus: any RegisterBus
    private let models: [MeterProfile]
    private let timeout: Duration
    private let cost: WireCost

    /// One unit that answered.
    public struct Found: Sendable {
        public let unit: UInt8
        /// Models whose identity registers fit, with the number that the unit bears.
        public let fitting: [(model: MeterProfile.ID, serial: String?)]
        /// Models that have no identity registers, so that nothing can be said.
        public let untold: [MeterProfile.ID]
        /// How it answered at first: an answer, or an exception's code.
        public let exception: UInt8?
    }

    /// What an address is asked at first; whoever is there answers one of them, if only to refuse.
    private static let probes = [
        ReadRequest(function: .holdingRegisters, address: 0, count: 2),
        ReadRequest(function: .inputRegisters, address: 0, count: 1),
    ]

    public init(over bus: any RegisterBus, models: [MeterProfile], timeout: Duration, cost: WireCost) {
        self.bus = bus
        self.models = models
        self.timeout = timeout
        self.cost = cost
    }

    /// The longest that a search of so many addresses takes when nobody answers.
    public func longest(units: Int) -> Duration {
        timeout * LineScan.probes.count * units
    }

    /// Asks one address.
    ///
    /// - Returns: nil when nobody answered.
    /// - Throws: `BusError` when the line itself is down.
    public func look(at unit: UInt8) async throws(BusError) -> Found? {
        var isThere = false
        var exception: UInt8?
        for probe in LineScan.probes where !isThere {
            do throws(BusError) {
                _ = try await bus.exchange(Question(probe, of: unit, manners: manners, priority: .scan))
                isThere = true
            } catch {
                if error.isLineDown { throw error }
                if case .exception(let code) = error.code {
                    exception = code
                    isThere = true
                }
                if case .damaged = error.code { isThere = true }
            }
        }
        guard isThere else { return nil }
        var fitting: [(model: MeterProfile.ID, serial: String?)] = []
        for model in models where !model.identity.isEmpty {
            if let serial = try await fits(model, unit) {
                fitting.append((model.id, serial.isEmpty ? nil : serial))
            }
        }
        let untold = models.filter(\.identity.isEmpty).map(\.id)
        return Found(unit: unit, fitting: fitting, untold: untold, exception: exception)
    }

    /// - Returns: the unit's number, empty where the model knows none; nil where the identity does not fit.
    private func fits(_ model: MeterProfile, _ unit: UInt8) async throws(BusError) -> String? {
        var interview = Interview(over: bus, unit: unit, model: model, priority: .scan)
        do throws(BusError) {
            try await interview.read(.identity, channels: [], cost: cost)
        } catch {
            if error.isLineDown { throw error }
            return nil
        }
        let decoder = MeterDecoder(profile: model)
        return decoder.identityFits(in: interview.image) ? decoder.serial(in: interview.image) ?? "" : nil
    }

    private var manners: LinkManners {
        var manners = LinkManners()
        manners.responseTimeoutMilliseconds = Int(timeout.microseconds / 1_000)
        manners.turnaroundMilliseconds = 0
        return manners
    }
}
