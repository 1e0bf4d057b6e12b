import Metering

/// A reading as the store keeps it: with the capture that it came from, and when it was stored.
struct StoredReading: Hashable, Sendable {
    var at: Int64
    var revision: Int64
    /// In millilitres.
    var index: Int64
    var quality: Int64
    var status: Int64
    /// The key of its capture.
    var capture: Int64
    var stored: Int64

    init(
        at: Int64,
        revision: Int64,
        index: Int64,
        quality: Int64,
        status: Int64,
        capture: Int64,
        stored: Int64
    ) {
        self.at = at
        self.revision = revision
        self.index = index
        self.quality = quality
        self.status = status
        self.capture = capture
        self.stored = stored
    }

    /// A reading as it is about to be stored.
    init(_ reading: Reading, capture: Int64, at now: Instant) {
        self.init(
            at: reading.at.secondsSince1970,
            revision: Int64(reading.revision),
            index: reading.index.millilitres,
            quality: Int64(reading.quality.rawValue),
            status: reading.status.rawValue,
            capture: capture,
            stored: now.secondsSince1970
        )
    }

    /// Whether it comes earlier in the order in which readings are kept: by instant, then by revision.
    func comesBefore(_ other: StoredReading) -> Bool {
        at != other.at ? at < other.at : revision < other.revision
    }

    /// Whether both speak of the same instant in the same revision.
    func hasKey(of other: StoredReading) -> Bool {
        at == other.at && revision == other.revision
    }

    /// - Throws: `.damaged` when its quality is none that any version wrote.
    func value(at point: ServicePoint.ID) throws(StoreError) -> Reading {
        guard let quality = ReadingQuality(rawValue: Int(quality)) else {
            throw StoreError(.damaged, "a reading of \(point) has a quality that no version wrote")
        }
        return Reading(
            point: point,
            at: Instant(secondsSince1970: at),
            index: .millilitres(index),
            quality: quality,
            status: MeterStatus(rawValue: status),
            revision: Int(revision)
        )
    }
}
