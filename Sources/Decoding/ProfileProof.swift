import Metering

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
        profile.examples.reduce(0) { $0 + $1.fields.count + $1.indexes.count + ($1.status == nil ? 0 : 1) }
    }

    /// Every value that does not come out as stated; empty when the model proves itself.
    public func mismatches() -> [ProfileMismatch] {
        profile.examples.flatMap { example in
            fieldMismatches(in: example) + indexMismatches(in: example) + statusMismatches(in: example)
        }
    }

    private func fieldMismatches(in example: ProfileExample) -> [ProfileMismatch] {
        example.fields.sorted { $0.key < $1.key }.compactMap { name, expected in
            let found = text(of: name, in: example)
            guard found != expected, !ProfileProof.sameNumber(found, expected, profile.fields[name]?.type)
            else { return nil }
            return ProfileMismatch(example: example.name, field: name, expected: expected, found: found)
        }
    }

    private func text(of name: String, in example: ProfileExample) -> String {
        do { return try decoder.value(of: name, in: example.image).description } catch {
            return error.description
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
                found = "\(index.index.millilitres) mL"
            } catch {
                if case .withheld = error, expected == nil { return nil }
                found = error.description
            }
            let wanted = expected.map { "\($0) mL" } ?? "withheld"
            guard found != wanted else { return nil }
            return ProfileMismatch(
                example: example.name,
                field: "index \(channel)",
                expected: wanted,
                found: found
            )
        }
    }

    private func statusMismatches(in example: ProfileExample) -> [ProfileMismatch] {
        guard let expected = example.status else { return [] }
        let found = decoder.status(in: example.image)
        guard found != expected else { return [] }
        return [
            ProfileMismatch(
                example: example.name,
                field: "status",
                expected: "\(expected)",
                found: "\(found)"
            )
        ]
    }
}
