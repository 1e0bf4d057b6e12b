import Decoding
import Metering
import Storage

/// What the rows of a file mean in this pilot: each reading at its service point, or the reason why at none.
struct FileReadings {
    private(set) var readings: [(place: String, route: Route, reading: Reading)] = []
    private(set) var rejections: [Rejection]

    /// - Parameters:
    ///   - decoded: the rows.
    ///   - path: the folder or the like that brought them.
    ///   - pilot: who hangs where.
    ///   - points: where each meter's name leads.
    init(_ decoded: DecodedFile, from path: Path.ID, pilot: Pilot, points: [Meter.ID: ServicePoint.ID]) {
        rejections = decoded.rejections
        for row in decoded.readings {
            switch FileReadings.point(of: row, pilot, points) {
            case .success(let point):
                let route = pilot.installation(at: point)?.route(ofFilesFrom: path) ?? .first
                readings.append((row.place, route, row.reading(at: point)))
            case .failure(let refused): rejections.append(refused.rejection)
            }
        }
    }

    private struct Unplaced: Error {
        let rejection: Rejection
    }

    /// A meter's number leads to its point; a point beside it has to be the same, since one of them may be mistyped.
    private static func point(of row: FileReading, _ pilot: Pilot, _ points: [Meter.ID: ServicePoint.ID])
        -> Result<ServicePoint.ID, Unplaced>
    {
        guard let meter = row.meter else {
            if let point = row.point, pilot.installation(at: point) != nil { return .success(point) }
            return refused(row, "service_point", "a point of the register", row.point?.rawValue ?? "nothing")
        }
        guard let point = points[meter] else {
            return refused(row, "meter_id", "a meter of the register", meter.rawValue)
        }
        guard row.point == nil || row.point == point else {
            return refused(
                row,
                "service_point",
                "\(point), where meter \(meter) hangs",
                row.point?.rawValue ?? ""
            )
        }
        return .success(point)
    }

    private static func refused(_ row: FileReading, _ field: String, _ expected: String, _ found: String)
        -> Result<ServicePoint.ID, Unplaced>
    {
        .failure(
            Unplaced(rejection: Rejection(place: row.place, field: field, expected: expected, found: found))
        )
    }

    /// The whole file as one capture, so that every reading leads to its row.
    func arrival(of file: FeedFile, _ decoded: DecodedFile, from path: Path.ID) -> Arrival {
        let capture = Capture(
            path: path,
            source: file.name,
            key: file.recordKey,
            times: CaptureTimes(
                asked: file.receivedAt,
                answered: file.receivedAt,
                own: decoded.readings.map(\.at).max(),
                delivered: decoded.readings.map(\.deliveredAt).max()
            ),
            bytes: file.bytes
        )
        return Arrival(
            capture: capture,
            readings: readings.filter { $0.route == .first }.map(\.reading),
            second: readings.filter { $0.route == .second }.map(\.reading),
            rejections: rejections
        )
    }
}

extension FeedFile {
    /// The content alone: the same file under another name is the same record.
    var recordKey: String { "sha256:\(digest)" }
}

extension FileReading {
    fileprivate func reading(at point: ServicePoint.ID) -> Reading {
        Reading(
            point: point,
            at: at,
            index: index,
            quality: quality,
            status: status,
            revision: revision
        )
    }
}
