/// Lets one question at a time through to a line, the most urgent first.
///
/// Everything that is asked on a line goes through here: polls, people's questions, searches. A question that is on the
/// wire is never broken off; so the most that the index of the hour waits for is one exchange of another.
public actor LineQueue: RegisterBus {
    /// How many may wait; polls wait one at a time, so that only searches and people can fill it.
    private static let mostWaiting = 64

    private let bus: any RegisterBus
    private var isBusy = false
    private var waiting: [Waiter] = []
    private var sequence: UInt64 = 0

    private struct Waiter {
        let priority: LinePriority
        let number: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    public init(_ bus: any RegisterBus) {
        self.bus = bus
    }

    public func exchange(_ question: Question) async throws(BusError) -> Exchange {
        guard waiting.count < LineQueue.mostWaiting else {
            throw BusError(.crowded, "\(waiting.count) questions wait for the line already")
        }
        await turn(question.priority)
        defer { passOn() }
        return try await bus.exchange(question)
    }

    private func turn(_ priority: LinePriority) async {
        guard isBusy else {
            isBusy = true
            return
        }
        sequence += 1
        let number = sequence
        await withCheckedContinuation { continuation in
            waiting.append(Waiter(priority: priority, number: number, continuation: continuation))
        }
    }

    /// The line goes from hand to hand: it is never free while somebody waits.
    private func passOn() {
        guard let next = waiting.indices.min(by: { isBefore(waiting[$0], waiting[$1]) }) else {
            isBusy = false
            return
        }
        waiting.remove(at: next).continuation.resume()
    }

    private func isBefore(_ a: Waiter, _ b: Waiter) -> Bool {
        (a.priority, a.number) < (b.priority, b.number)
    }
}
