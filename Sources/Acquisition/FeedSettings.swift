public import Metering

/// A feed to pull: where it is, who we are to it, how often, how far back.
public struct FeedSettings: Hashable, Sendable {
    public let id: Path.ID
    /// The part of the address before `/v1/water/readings`.
    public let baseURL: String
    public let pullInterval: Duration
    /// How often alarms are asked for; nil where the feed has none.
    public let alarmInterval: Duration?
    /// How far behind the watermark each pull begins again, since late and corrected values are delivered late.
    public let overlapSeconds: Int64
    public let requestTimeout: Duration
    /// The most bytes that one page may have, unpacked.
    public let bodyLimit: Int
    public let authorisation: FeedAuthorisation
    /// Nil for the system's authorities and no certificate of our own.
    public let tls: FeedTLS?
    /// When missing days are asked for again; nil where the feed does not do that.
    public let redelivery: RedeliveryTerms?

    public init(
        id: Path.ID,
        baseURL: String,
        pullInterval: Duration = .seconds(3_600),
        alarmInterval: Duration? = .seconds(300),
        overlapSeconds: Int64 = 72 * 3_600,
        requestTimeout: Duration = .seconds(30),
        bodyLimit: Int = 16 * 1_024 * 1_024,
        authorisation: FeedAuthorisation = .none,
        tls: FeedTLS? = nil,
        redelivery: RedeliveryTerms? = RedeliveryTerms()
    ) {
        self.id = id
        self.baseURL = baseURL
        self.pullInterval = pullInterval
        self.alarmInterval = alarmInterval
        self.overlapSeconds = overlapSeconds
        self.requestTimeout = requestTimeout
        self.bodyLimit = bodyLimit
        self.authorisation = authorisation
        self.tls = tls
        self.redelivery = redelivery
    }

    /// The name under which what a list brought is kept: `feed`, `feed/alarms`.
    public func path(of resource: FeedResource) -> Path.ID {
        resource == .readings ? id : Path.ID("\(id)/\(resource.rawValue)")
    }

    /// Which of a feed's lists a path is.
    public static func resource(ofPath path: Path.ID) -> FeedResource {
        FeedResource.allCases.first { path.rawValue.hasSuffix("/\($0.rawValue)") } ?? .readings
    }

    /// The names of all lists that are pulled.
    public var paths: [Path.ID] {
        FeedResource.allCases.filter { interval(of: $0) != nil }.map(path)
    }

    /// - Returns: nil where the list is not pulled.
    func interval(of resource: FeedResource) -> Duration? {
        switch resource {
        case .readings: pullInterval
        case .alarms: alarmInterval
        }
    }

    /// The address of one of the feed's resources: `/v1/water/alarms` under the base.
    func address(of name: String) -> String {
        let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        return "\(base)/v1/water/\(name)"
    }
}

/// A list that the feed keeps, each with an address, a watermark and a rhythm of its own.
public enum FeedResource: String, Hashable, Sendable, CaseIterable {
    case readings
    case alarms
}

/// When missing days are asked for again (再送要求).
public struct RedeliveryTerms: Hashable, Sendable {
    /// A day is asked for until it is so many days old; then it stays missing (欠測確定).
    public let finalDays: Int
    /// The most requests for one meter's day.
    public let mostRequests: Int
    /// From the first request to the second; each further pause is twice as long.
    public let firstPauseSeconds: Int64

    public init(finalDays: Int = 7, mostRequests: Int = 4, firstPauseSeconds: Int64 = 6 * 3_600) {
        self.finalDays = finalDays
        self.mostRequests = mostRequests
        self.firstPauseSeconds = firstPauseSeconds
    }
}

/// One page as it came.
public struct FeedDelivery: Sendable {
    public let path: Path.ID
    public let resource: FeedResource
    public let asked: Instant
    public let answered: Instant
    public let body: [UInt8]

    public init(
        path: Path.ID,
        resource: FeedResource = .readings,
        asked: Instant,
        answered: Instant,
        body: [UInt8]
    ) {
        self.path = path
        self.resource = resource
        self.asked = asked
        self.answered = answered
        self.body = body
    }
}

/// Days of one meter of which the feed owes values.
public struct RedeliveryRequest: Hashable, Sendable {
    /// As the feed numbers it.
    public let meter: Meter.ID
    /// Measuring days (計量日).
    public let days: ClosedRange<LocalDay>

    public init(meter: Meter.ID, days: ClosedRange<LocalDay>) {
        self.meter = meter
        self.days = days
    }
}
