import Decoding
import Testing

@testable import Acquisition

struct AnswerBookTests {
    private static let index = ReadRequest(function: .inputRegisters, address: 60, count: 2)
    private static let wider = ReadRequest(function: .inputRegisters, address: 60, count: 3)
    private static let serial = ReadRequest(function: .inputRegisters, address: 270, count: 2)

    private func moment(_ milliseconds: Int64) -> Moment { Moment(microseconds: milliseconds * 1_000) }

    private func question(_ request: ReadRequest, wider: Bool = false, cautious: Bool = false) -> Question {
        Question(request, of: 7, alternatives: wider ? [Self.wider] : [], isCautious: cautious)
    }

    @Test func `what is owed is asked in another length, or later`() {
        var book = AnswerBook(horizon: .seconds(5))
        book.noteOwed(Self.index, by: 7, since: moment(1_000))
        #expect(book.choose(question(Self.index), at: moment(2_000)) == .wait(.seconds(4)))
        #expect(book.choose(question(Self.serial), at: moment(2_000)) == .wait(.seconds(4)), "the same shape")
        #expect(
            book.choose(question(Self.index, wider: true), at: moment(2_000))
                == .ask(Self.wider, isWatched: false)
        )
        #expect(book.choose(question(Self.index), at: moment(6_000)) == .ask(Self.index, isWatched: false))
    }

    @Test func `other units and other functions owe nothing`() {
        var book = AnswerBook(horizon: .seconds(5))
        book.noteOwed(Self.index, by: 8, since: moment(0))
        book.noteOwed(
            ReadRequest(function: .holdingRegisters, address: 60, count: 2),
            by: 7,
            since: moment(0)
        )
        #expect(book.choose(question(Self.index), at: moment(100)) == .ask(Self.index, isWatched: false))
    }

    @Test func `what came meanwhile pays no debt, since it may have been a second copy`() {
        var book = AnswerBook(horizon: .seconds(5))
        book.noteOwed(Self.index, by: 7, since: moment(0))
        book.noteStray(at: moment(100))
        #expect(book.choose(question(Self.index), at: moment(200)) == .wait(.milliseconds(4_800)))
    }

    @Test func `a clean line repeats a question freely and watches two that look alike`() {
        var book = AnswerBook(horizon: .seconds(5))
        book.noteAnswer(to: Self.index, of: 7, at: moment(0))
        #expect(book.choose(question(Self.index), at: moment(50)) == .ask(Self.index, isWatched: false))
        #expect(book.choose(question(Self.serial), at: moment(50)) == .ask(Self.serial, isWatched: true))
        #expect(book.choose(question(Self.serial), at: moment(5_000)) == .ask(Self.serial, isWatched: false))
    }

    @Test func `a line on which strange things come, or a doubted answer, repeats no shape`() {
        var book = AnswerBook(horizon: .seconds(5))
        book.noteAnswer(to: Self.index, of: 7, at: moment(0))
        #expect(book.choose(question(Self.index, cautious: true), at: moment(1_000)) == .wait(.seconds(4)))
        book.noteStray(at: moment(500))
        #expect(book.choose(question(Self.index), at: moment(1_000)) == .wait(.seconds(4)))
        #expect(
            book.choose(question(Self.index, wider: true), at: moment(1_000))
                == .ask(Self.wider, isWatched: false)
        )
        book.noteAnswer(to: Self.index, of: 7, at: moment(700_000))
        #expect(book.choose(question(Self.index), at: moment(700_050)) == .ask(Self.index, isWatched: false))
    }

    @Test func `setting the machine's time back leaves no debts in the future`() {
        var book = AnswerBook(horizon: .seconds(5))
        book.noteOwed(Self.index, by: 7, since: moment(90_000_000))
        book.noteAnswer(to: Self.serial, of: 7, at: moment(90_000_000))
        #expect(book.choose(question(Self.index), at: moment(0)) == .ask(Self.index, isWatched: false))
    }
}
