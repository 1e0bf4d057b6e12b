internal import Metering

/// What `/health` answers; `JSONAnswer` writes its keys in snake_case.
struct HealthDocument: Encodable {
    let schema = "mizumori.health/1"
    let status: String
    let paths: [PathEntry]
    let outbox: OutboxEntry
    @OrNull private(set) var lastCommit: String?
    let readings: Int
    let incidentsOpen: Int

    init(_ health: Health) {
        status = health.isDegraded ? "degraded" : "ok"
        paths = health.paths.map { PathEntry($0) }
        outbox = OutboxEntry(health.outbox)
        lastCommit = health.lastCommit?.description
        readings = health.readings
        incidentsOpen = health.incidentsOpen
    }

    struct PathEntry: Encodable {
        let id: String
        @OrNull private(set) var up: Bool?
        @OrNull private(set) var since: String?
        let detail: String

        init(_ path: PathHealth) {
            id = path.id.rawValue
            up = path.isUp
            since = path.since?.description
            detail = path.detail
        }
    }

    struct OutboxEntry: Encodable {
        let waiting: Int
        let failing: Int
        @OrNull private(set) var oldestAgeS: Int64?

        init(_ outbox: OutboxHealth) {
            waiting = outbox.waiting
            failing = outbox.failing
            oldestAgeS = outbox.oldestAgeSeconds
        }
    }
}

/// What a JSON route answers when it has nothing better.
struct ProblemDocument: Encodable {
    let schema = "mizumori.error/1"
    let status: Int
    let message: String
}
