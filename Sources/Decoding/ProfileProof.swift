public import Metering

/// One value of one example that came out otherwise than the model says.
public struct ProfileMismatch: Hashable, Sendable {
    public let example: String
    public let field: String
    public let expected: String
    public let found: String
}

/// Runs the examples of a model through the decoder.
public struct ProfileProof: Sendable {
    private let profile: MeterProfile
    private let decoder: MeterDecoder

    public init(profile: MeterProfile) {
        self.profile = profile
        decoder = MeterDecoder(profile: profile)
    }

    /// How many values the examples state.
    public var valueCount: Int {
        profile.examples.reduce(0) { sum, example in
            sum + example.fields.count + example.indexes.count + example.flows.count
                + (example.status == nil ? 0 : 1)
        }
    }

    /// Every value that does not come out as stated; empty when the model proves itself.
    public func mismatches() -> [ProfileMismatch] {
        profile.examples.flatMap { example in
            fieldMismatches(in: example) + indexMismatches(in: example) + flowMismatches(in: example)
                + statusMismatches(in: example)
        }
    }

    private func fieldMismatches(in example: ProfileExample) -> [ProfileMismatch] {
        example.fields.sorted { $0.key < $1.key }.compactMap { name, expected in
            let found: String
            do throws(RegisterDecodingError) {
                found = try decoder.value(of: name, in: example.image, example.site).description
            } catch {
                if case .noValue = error, expected == nil { return nil }
                found = error.description
            }
            let wanted = expected ?? "none"
            guard found != wanted, !ProfileProof.sameNumber(found, wanted, profile.fields[name]?.type)
            else { return nil }
            return ProfileMismatch(example: example.name, field: name, expected: wanted, found: found)
        }
    }

    /// Printed numbers have more or fewer digits than the shortest that round-trips; they are the same value.
    private static func sameNumber(_ a: String, _ b: String, _ type: RegisterType?) -> Bool {
        switch type {
        case .float32: Float(a) != nil && Float(a) == Float(b)
        case .float64: Double(a) != nil && Double(a) == Double(b)
        default: false
        }
    }

    private func indexMismatches(in example: ProfileExample) -> [ProfileMismatch] {
        example.indexes.sorted { $0.key < $1.key }.compactMap { channel, expected in
            let found: String
            do throws(RegisterDecodingError) {
                let index = try decoder.index(channel: channel, image: example.image, site: example.site)
                if expected == .millilitres(index.index.millilitres) { return nil }
                found = "\(index.index.millilitres) mL"
            } catch {
                if error.isExpected(as: expected) { return nil }
                found = error.description
            }
            return ProfileMismatch(
                example: example.name,
                field: "index \(channel)",
                expected: expected.text,
                found: found
            )
        }
    }

    private func flowMismatches(in example: ProfileExample) -> [ProfileMismatch] {
        example.flows.sorted { $0.key < $1.key }.compactMap { channel, expected in
            let found: String
            do throws(RegisterDecodingError) {
                let flow = try decoder.flow(channel: channel, image: example.image, site: example.site)
                found = flow.map { "\($0.millilitresPerHour) mL/h" } ?? "no flow in the model"
            } catch {
                found = error.description
            }
            let wanted = "\(expected) mL/h"
            guard found != wanted else { return nil }
            return ProfileMismatch(
                example: example.name,
                field: "flow \(channel)",
                expected: wanted,
                found: found
            )
        }
    }

    private func statusMismatches(in example: ProfileExample) -> [ProfileMismatch] {
        guard let expected = example.status else { return [] }
        let found = decoder.status(in: example.image, example.site)
        guard found != expected else { return [] }
        return [
            ProfileMismatch(
                example: example.name,
                field: "status",
                expected: expected.text,
                found: found.text
            )
        ]
    }
}

extension MeterStatus {
    /// The names of the flags that are set.
    public var text: String {
        let names = MeterStatus.names.filter { contains($0.flag) }.map(\.name)
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }
}

extension ProfileExample.ExpectedIndex {
    fileprivate var text: String {
        switch self {
        case .millilitres(let amount): "\(amount) mL"
        case .withheld: "withheld"
        case .none: "none"
        }
    }
}

extension RegisterDecodingError {
    fileprivate func isExpected(as index: ProfileExample.ExpectedIndex) -> Bool {
        switch (self, index) {
        case (.withheld, .withheld), (.noValue, .none), (.unknownCode, .none): true
        default: false
        }
    }
}
