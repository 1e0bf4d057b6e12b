import Acquisition
import Logging
import Metering
import Storage

/// Knows which unit hangs where by the number that it bears itself.
///
/// A meter that was exchanged without a word, or two that were crossed, answer at the right address under the wrong
/// number. What they say is not lost and not believed: it is held under their number, a finding asks for the exchange,
/// and whoever records it claims the readings from its hour on.
struct UnitIdentities: Sendable {
    let store: MeterStore
    let logger: Logger

    /// The number under which an answer came, when it is not the one that hangs there.
    ///
    /// The first number that is seen where none is known is taken for the right one.
    func stranger(_ answer: UnitAnswer, _ pilot: Pilot, at now: Instant) async throws -> String? {
        guard let serial = answer.serial, let at = answer.exchanges.last?.answered.instant else { return nil }
        if let expected = try await expected(answer.path, answer.unit, pilot) {
            guard expected != serial else { return nil }
            if try await isNews(serial, answer, pilot) {
                logger.warning(
                    "Another unit answers than the registered one",
                    metadata: [
                        "path.id": "\(answer.path)", "unit": "\(answer.unit)", "expected": "\(expected)",
                        "found": "\(serial)",
                    ]
                )
            }
            return serial
        }
        let first = UnitSerial(
            path: answer.path,
            unit: answer.unit,
            serial: serial,
            since: at,
            isConfirmed: false
        )
        try await store.record(first, by: "gateway", at: now)
        return nil
    }

    /// Whether nothing is held yet under this number.
    private func isNews(_ serial: String, _ answer: UnitAnswer, _ pilot: Pilot) async throws -> Bool {
        for way in pilot.ways(on: answer.path, unit: answer.unit)
        where try await store.held(at: way.installation.point.id, by: way.route)?.serial == serial {
            return false
        }
        return true
    }

    /// What is held at an installation under a number that is not its own, of its first way before its second.
    func held(at installation: Installation) async throws -> HeldSummary? {
        for (route, source) in installation.ways {
            guard let wiring = source.wiring,
                let held = try await store.held(at: installation.point.id, by: route)
            else { continue }
            let registered = try await store.unitSerial(of: wiring.unit, on: wiring.path)
            if held.serial != registered?.serial { return held }
        }
        return nil
    }

    /// What a person recorded counts before the file, the file before what was merely seen.
    private func expected(_ path: Path.ID, _ unit: UInt8, _ pilot: Pilot) async throws -> String? {
        let stored = try await store.unitSerial(of: unit, on: path)
        if let stored, stored.isConfirmed { return stored.serial }
        let named = pilot.ways(on: path, unit: unit).compactMap(\.wiring.serial).first
        return named ?? stored?.serial
    }
}
