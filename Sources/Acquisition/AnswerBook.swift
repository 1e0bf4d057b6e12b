import Decoding

/// Which answers may still be on their way, so that no question is asked whose answer they could pass for.
///
/// RTU has no transaction number. Two replies of one unit look alike when function and length do: their *shape*. After
/// a question that was not answered, an answer of its shape is owed: it may come late, and would pass for the answer to
/// the next question of that shape, though it holds what the meter showed then. So until the owed answer has come, or
/// would be older than any answer gets, questions of that shape are asked in another length, and where the model allows
/// none, later. An answer that came may come twice; on a line where that happens, or where two different registers are
/// read in replies of one shape, the next question of that shape takes another length too, or is watched: whoever
/// answers twice in its time is believed neither time.
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
    private var owed: [Shape: [Moment]] = [:]
    private var heard: [Shape: (request: ReadRequest, at: Moment)] = [:]
    /// When something last came that answered nothing.
    private var strangeAt: Moment?

    /// How long a line is mistrusted after something came that answered nothing.
    private static let mistrustSeconds: Int64 = 600

    init(horizon: Duration) {
        self.horizon = horizon
    }

    /// How to ask, now.
    mutating func choose(_ question: Question, at now: Moment) -> Choice {
        forgetOld(at: now)
        let requests = [question.request] + question.alternatives
        let free = requests.filter { owed[Shape(unit: question.unit, $0)] == nil }
        guard !free.isEmpty else {
            let waits = requests.compactMap { owed[Shape(unit: question.unit, $0)]?.last }
                .map { horizon - (now - $0) }
            return .wait(max(.milliseconds(1), waits.min() ?? .zero))
        }
        let isMistrusted = question.isCautious || isMistrusted(at: now)
        if let safe = free.first(where: { isSafe($0, question.unit, isMistrusted) }) {
            return .ask(safe, isWatched: false)
        }
        return .ask(free[0], isWatched: true)
    }

    mutating func noteAnswer(to request: ReadRequest, of unit: UInt8, at moment: Moment) {
        heard[Shape(unit: unit, request)] = (request, moment)
    }

    mutating func noteOwed(_ request: ReadRequest, by unit: UInt8, since moment: Moment) {
        owed[Shape(unit: unit, request), default: []].append(moment)
    }

    /// Something came that answers nothing: perhaps what was owed.
    mutating func noteStray(_ shape: Shape?, at moment: Moment) {
        strangeAt = moment
        guard let shape, var moments = owed[shape] else { return }
        moments.removeFirst()
        owed[shape] = moments.isEmpty ? nil : moments
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
    private func isSafe(_ request: ReadRequest, _ unit: UInt8, _ isMistrusted: Bool) -> Bool {
        guard let last = heard[Shape(unit: unit, request)] else { return true }
        return last.request == request && !isMistrusted
    }

    /// What is older than the horizon; all that lies ahead, since the machine's time was set back.
    private mutating func forgetOld(at now: Moment) {
        let horizon = horizon
        func isOld(_ moment: Moment) -> Bool { moment > now || now - moment >= horizon }
        owed = owed.compactMapValues { moments in
            let young = moments.filter { !isOld($0) }
            return young.isEmpty ? nil : young
        }
        heard = heard.filter { !isOld($0.value.at) }
    }
}
