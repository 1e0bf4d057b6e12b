import Decoding

/// Which answers may still be on their way, so that no question is asked whose answer they could pass for.
///
/// RTU has no transaction number. Two replies of one unit look alike when function and length do: their *shape*. After
/// a question that was not answered, an answer of its shape is owed: it may come late, and would pass for the answer to
/// the next question of that shape, though it holds what the meter showed then. So until it would be older than any
/// answer gets, questions of that shape are asked in another length, and where the model allows none, later. That
/// something of that shape came meanwhile proves nothing: it may have been the second copy of an earlier answer.
///
/// An answer that came may come twice. On a line where that happens, and after any piece that answered nothing, no shape
/// is asked again before a second copy would be too old. On a clean line only this is watched: where two different
/// registers are read in replies of one shape right after each other, whoever answers twice in its time is believed
/// neither time.
struct AnswerBook {
    struct Shape: Hashable {
        let unit: UInt8
        let function: UInt8
        let byteCount: Int

        init(unit: UInt8, _ request: ReadRequest) {
            self.unit = unit
            function = request.function.rawValue
            byteCount = request.replyByteCount
        }

        init(unit: UInt8, function: UInt8, byteCount: Int) {
            self.unit = unit
            self.function = function
            self.byteCount = byteCount
        }
    }

    /// What to do with a question.
    enum Choice: Equatable {
        /// - isWatched: whether a second answer has to be waited for before the first is believed.
        case ask(ReadRequest, isWatched: Bool)
        case wait(Duration)
    }

    /// How old an answer may be that still comes.
    let horizon: Duration
    /// When the last question of each shape was asked that was not answered.
    private var owed: [Shape: Moment] = [:]
    private var heard: [Shape: (request: ReadRequest, at: Moment)] = [:]
    /// When something last came that answered nothing.
    private var strangeAt: Moment?

    /// How long a line is mistrusted after something came that answered nothing.
    private static let mistrustSeconds: Int64 = 600

    init(horizon: Duration) {
        self.horizon = horizon
    }

    /// How to ask, now.
    func choose(_ question: Question, at now: Moment) -> Choice {
        let requests = [question.request] + question.alternatives
        let free = requests.filter { owedSince($0, question.unit, at: now) == nil }
        guard !free.isEmpty else {
            let waits = requests.compactMap { owed[Shape(unit: question.unit, $0)] }.map {
                horizon - (now - $0)
            }
            return .wait(max(.milliseconds(1), waits.min() ?? .zero))
        }
        let isMistrusted = question.isCautious || isMistrusted(at: now)
        if let safe = free.first(where: { isSafe($0, question.unit, isMistrusted, at: now) }) {
            return .ask(safe, isWatched: false)
        }
        guard isMistrusted else { return .ask(free[0], isWatched: true) }
        let waits = free.compactMap { lastHeard($0, question.unit, at: now) }.map { horizon - (now - $0.at) }
        return .wait(max(.milliseconds(1), waits.min() ?? .zero))
    }

    mutating func noteAnswer(to request: ReadRequest, of unit: UInt8, at moment: Moment) {
        forgetOld(at: moment)
        heard[Shape(unit: unit, request)] = (request, moment)
    }

    mutating func noteOwed(_ request: ReadRequest, by unit: UInt8, since moment: Moment) {
        owed[Shape(unit: unit, request)] = moment
    }

    /// Something came that answers nothing.
    mutating func noteStray(at moment: Moment) {
        strangeAt = moment
    }

    /// Nothing old can come any more: the connection is a new one.
    mutating func clear() {
        owed = [:]
        heard = [:]
    }

    private func isMistrusted(at now: Moment) -> Bool {
        guard let strangeAt, strangeAt <= now else { return false }
        return now - strangeAt < .seconds(AnswerBook.mistrustSeconds)
    }

    /// Whether no answer heard lately could come again as the answer to this.
    private func isSafe(_ request: ReadRequest, _ unit: UInt8, _ isMistrusted: Bool, at now: Moment) -> Bool {
        guard let last = lastHeard(request, unit, at: now) else { return true }
        return last.request == request && !isMistrusted
    }

    private func owedSince(_ request: ReadRequest, _ unit: UInt8, at now: Moment) -> Moment? {
        owed[Shape(unit: unit, request)].flatMap { isOld($0, at: now) ? nil : $0 }
    }

    private func lastHeard(_ request: ReadRequest, _ unit: UInt8, at now: Moment) -> (
        request: ReadRequest, at: Moment
    )? {
        heard[Shape(unit: unit, request)].flatMap { isOld($0.at, at: now) ? nil : $0 }
    }

    /// Beyond the horizon, or ahead, since the machine's time was set back.
    private func isOld(_ moment: Moment, at now: Moment) -> Bool {
        moment > now || now - moment >= horizon
    }

    private mutating func forgetOld(at now: Moment) {
        owed = owed.filter { !isOld($0.value, at: now) }
        heard = heard.filter { !isOld($0.value.at, at: now) }
    }
}
