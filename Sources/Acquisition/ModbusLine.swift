internal import CModbus
import Decoding
public import Logging
import Metering

/// The owner of one line: it asks one question after the other, and believes no answer that could be another's.
///
/// Before each question the line has been silent for as long as its frames and the unit's manners ask, and what came
/// meanwhile was thrown away. The answer is looked for among whatever comes (`ReplyScanner`). Which questions may be
/// asked at all, and in which length, the `AnswerBook` says. How long a unit is waited for is learned from its answers
/// (`Turnaround`). A device or host that is lost is opened again, after pauses that grow to a minute.
public actor ModbusLine: RegisterBus {
    /// How often a babbling line is listened to before it is given up.
    static let mostDrains = 10
    /// A frame has ended when nothing came for so long: adapters on USB hand bytes over in lumps, 16 ms apart.
    static let shortestGap = Duration.milliseconds(50)
    /// A host that accepts connections and says nothing for so many questions is connected to anew.
    static let mostSilences = 3

    private let thread: LineThread
    let settings: LineSettings
    let clock: any LineClock
    let logger: Logger
    let observe: @Sendable (LineEvent) -> Void
    var connection: ModbusConnection?
    var book: AnswerBook
    var turnarounds: [UInt8: Turnaround] = [:]
    var heardFrom: [UInt8: Moment] = [:]
    var quietSince: Moment
    var askedAt: Moment
    var silences = 0
    var backOff = BackOff()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - settings: of the line.
    ///   - clock: its time.
    ///   - logger: told of bytes that answer nothing.
    ///   - observe: told of every attempt, on the line's own thread; must not block.
    public init(
        _ settings: LineSettings,
        clock: any LineClock,
        logger: Logger,
        observe: @escaping @Sendable (LineEvent) -> Void = { _ in }
    ) {
        thread = LineThread(label: "mizumori.\(settings.id)")
        self.settings = settings
        self.clock = clock
        self.logger = logger
        self.observe = observe
        book = AnswerBook(horizon: settings.lateAnswers)
        quietSince = clock.now()
        askedAt = quietSince
    }

    isolated deinit {
        connection = nil
    }

    public func exchange(_ question: Question) async throws(BusError) -> Exchange {
        // A host that started anew since the last question shows only when it is asked.
        var mayReopen = connection != nil
        while true {
            do throws(BusError) {
                return try exchangeOnce(question)
            } catch {
                forgetConnection(after: error)
                guard error.code == .unreachable, mayReopen else { throw error }
                mayReopen = false
            }
        }
    }

    private func exchangeOnce(_ question: Question) throws(BusError) -> Exchange {
        let connection = try open()
        let now = clock.now()
        try readStrays(connection)
        // A transaction number tells answers apart by itself.
        let choice =
            settings.isRTU ? book.choose(question, at: now) : .ask(question.request, isWatched: false)
        switch choice {
        case .wait(let duration):
            throw BusError(.owed(duration), "unit \(question.unit) may still answer an earlier question")
        case .ask(let request, let isWatched):
            return try wake(question, request, isWatched, over: connection)
        }
    }

    /// Asks until the unit is awake; all those requests are one question, which begins with the first.
    private func wake(
        _ question: Question,
        _ request: ReadRequest,
        _ isWatched: Bool,
        over connection: ModbusConnection
    ) throws(BusError) -> Exchange {
        var wakeups = isAsleep(question) ? question.manners.wakeupRetries : 0
        var firstAsked: Moment?
        while true {
            let attempt = Attempt(question, request, isWatched, mayBeAsleep: wakeups > 0)
            do throws(BusError) {
                let exchange = try ask(attempt, over: connection)
                return Exchange(
                    read: request,
                    asked: firstAsked ?? exchange.asked,
                    answered: exchange.answered,
                    request: exchange.request,
                    reply: exchange.reply,
                    data: exchange.data
                )
            } catch {
                guard error.isSilence, wakeups > 0 else { throw error }
                firstAsked = firstAsked ?? askedAt
                wakeups -= 1
            }
        }
    }

    private func isAsleep(_ question: Question) -> Bool {
        guard question.manners.wakeupRetries > 0, let idle = question.manners.idleSleepSeconds,
            let heard = heardFrom[question.unit], heard <= clock.now()
        else { return true }
        return clock.now() - heard >= .seconds(idle)
    }
}
