internal import GRDB
public import Metering

/// That a meter model was proven at a real meter: two values of the dial left one reading of the registers, the model's.
public struct ModelProof: Hashable, Sendable {
    public let model: String
    /// Of the model's file, so that a changed file has to be proven again.
    public let edition: String
    public let point: ServicePoint.ID
    public let at: Instant
    public let person: String
    /// Both values of the dial and what was read, in words.
    public let detail: String

    public init(
        model: String,
        edition: String,
        point: ServicePoint.ID,
        at: Instant,
        person: String,
        detail: String
    ) {
        self.model = model
        self.edition = edition
        self.point = point
        self.at = at
        self.person = person
        self.detail = detail
    }
}

extension MeterStore {
    /// Keeps a proof with its audit entry.
    public func record(_ proof: ModelProof) async throws(StoreError) {
        try await write("record a proof of \(proof.model)") { database in
            let point = try Register(database).requiredPointKey(proof.point)
            try database.execute(
                sql: """
                    INSERT INTO model_proof (model, edition, point_key, at_utc, person, detail)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    proof.model, proof.edition, point, proof.at.secondsSince1970, proof.person, proof.detail,
                ]
            )
            try database.insert(
                AuditEntry(
                    at: proof.at,
                    person: proof.person,
                    action: "model_proof",
                    subject: proof.model,
                    detail: "\(proof.point): \(proof.detail)"
                )
            )
        }
    }

    /// Every proof, the oldest first.
    public func modelProofs() async throws(StoreError) -> [ModelProof] {
        try await read("read the proofs of meter models") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT m.model, m.edition, p.id, m.at_utc, m.person, m.detail FROM model_proof m
                    JOIN service_point p ON p.key = m.point_key ORDER BY m.key
                    """
            ).map { row in
                ModelProof(
                    model: row[0],
                    edition: row[1],
                    point: ServicePoint.ID(row[2]),
                    at: Instant(secondsSince1970: row[3]),
                    person: row[4],
                    detail: row[5]
                )
            }
        }
    }
}
