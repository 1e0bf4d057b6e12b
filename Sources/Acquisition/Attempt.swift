import Decoding

/// One request on the wire.
struct Attempt {
    let unit: UInt8
    let request: ReadRequest
    let manners: LinkManners
    let isWatched: Bool
    let mayBeAsleep: Bool

    init(_ question: Question, _ request: ReadRequest, _ isWatched: Bool, mayBeAsleep: Bool) {
        unit = question.unit
        self.request = request
        manners = question.manners
        self.isWatched = isWatched
        self.mayBeAsleep = mayBeAsleep
    }
}
