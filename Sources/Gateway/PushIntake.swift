import Acquisition
import Decoding
public import Metering

/// Takes what was pushed exactly as what is pulled or dropped: a page of the feed, or a file of a folder.
public struct PushIntake: Sendable {
    private let station: Station

    public init(_ station: Station) {
        self.station = station
    }

    /// What became of a delivery.
    public enum Outcome: Hashable, Sendable {
        case taken
        case unknownPath
        /// Nothing of it can be used.
        case refused(String)
    }

    /// - Parameters:
    ///   - body: the page, or the file.
    ///   - path: the feed, its alarms, or a folder.
    ///   - name: what a file is called; its layout may refuse another name.
    ///   - now: when it came.
    /// - Returns: when it is synced.
    /// - Throws: `StoreError` when the store can't be written; sending it again is safe, whether it was kept or not.
    public func take(_ body: [UInt8], from path: Path.ID, named name: String?, at now: Instant) async throws
        -> Outcome
    {
        let settings = station.configuration.settings
        if let feed = settings.feed, feed.paths.contains(path) {
            return try await take(body, from: path, at: now)
        }
        guard let folder = settings.folders.first(where: { $0.id == path }) else { return .unknownPath }
        guard !folder.layout.hasChecksum else {
            return .refused(
                "layout \(folder.layout.id) wants a checksum beside each file, which a push has not"
            )
        }
        let file = FeedFile(name: name ?? "", bytes: body, receivedAt: now)
        let intake = FileIntake(store: station.store) { [station] in station.configuration.pilot }
        let outcome =
            try await intake
            .take(file, by: folder.layout, from: path, at: now)
        if case .refused(let refusal) = outcome { return .refused("\(refusal)") }
        try await station.pipeline.think(at: now)
        return .taken
    }

    private func take(_ body: [UInt8], from path: Path.ID, at now: Instant) async throws -> Outcome {
        let page = FeedDelivery(
            path: path,
            resource: FeedSettings.resource(ofPath: path),
            asked: now,
            answered: now,
            body: body
        )
        do {
            try await station.pipeline.take(page, isPulled: false, at: now)
        } catch let error as FeedDecodingError {
            return .refused("\(error)")
        }
        try await station.pipeline.think(at: now)
        return .taken
    }
}
