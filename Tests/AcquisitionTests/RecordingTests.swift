import Foundation
import Metering
import Testing

@testable import Acquisition

struct RecordingTests {
    private let folder = NSTemporaryDirectory() + "mizumori-recorder-\(UInt64.random(in: 0 ... .max))"

    private func event(_ number: Int64, _ kind: ExchangeKind = .answered, reply: [UInt8] = [1, 2, 3])
        -> LineEvent
    {
        LineEvent(
            path: Path.ID("line-a"),
            unit: 11,
            asked: Moment(microseconds: number * 1_000),
            ended: Moment(microseconds: number * 1_000 + 500),
            kind: kind,
            request: [11, 4, 0, 60],
            reply: reply,
            strays: 2,
            timeout: .milliseconds(120)
        )
    }

    private func recorder(_ limit: Int, failed: @escaping @Sendable (String) -> Void = { _ in })
        -> FlightRecorder
    {
        FlightRecorder(folder: folder, limitBytes: limit, failed: failed)
    }

    private func read() throws -> [Recording] {
        try Recording.files(of: Path.ID("line-a"), in: folder).map {
            Recording(try String(contentsOfFile: $0.name, encoding: .utf8), named: $0.name)
        }
    }

    @Test func `what was noted is read back, attempt by attempt and round by round`() throws {
        let recorder = recorder(1_000_000)
        let events = [event(1), event(2, .silence, reply: []), event(3, .exception(2)), event(4, .lineDown)]
        for event in events { recorder.note(event) }
        let report = RoundReport(
            path: Path.ID("line-a"),
            due: Moment(microseconds: 5_000_000),
            endedAt: Instant(secondsSince1970: 6),
            answered: [11],
            failed: [:]
        )
        recorder.note(report)
        recorder.flush()
        let recordings = try read()
        #expect(recordings.count == 1)
        #expect(recordings[0].path == Path.ID("line-a"))
        #expect(recordings[0].rejections == [])
        #expect(
            recordings[0].entries == events.map { .event($0) } + [
                .round(due: Moment(microseconds: 5_000_000), ended: Moment(microseconds: 6_000_000))
            ]
        )
    }

    @Test func `the ring keeps the newest and never grows beyond its limit`() throws {
        let limit = 40_000
        let recorder = recorder(limit)
        for number in 1...5_000 { recorder.note(event(Int64(number))) }
        recorder.flush()
        let recordings = try read()
        #expect(recordings.count <= 4)
        let sizes = try Recording.files(of: Path.ID("line-a"), in: folder).map {
            try FileManager.default.attributesOfItem(atPath: $0.name)[.size] as? Int ?? 0
        }
        #expect(sizes.reduce(0, +) <= limit + 1_000)
        let entries = recordings.flatMap(\.entries)
        #expect(entries.last == .event(event(5_000)))
        #expect(entries.count > 200)
    }

    @Test func `a restart goes on with a new file and keeps the old ones`() throws {
        for number in Int64(1)...3 {
            let recorder = recorder(1_000_000)
            recorder.note(event(number))
            recorder.flush()
        }
        #expect(try read().flatMap(\.entries) == [.event(event(1)), .event(event(2)), .event(event(3))])
    }

    @Test func `a folder that cannot be written is said once and delays nobody`() {
        let said = Said()
        let recorder = FlightRecorder(folder: "/proc/no-such-folder", limitBytes: 10_000) { said.note($0) }
        for number in 1...10 { recorder.note(event(Int64(number))) }
        recorder.flush()
        #expect(said.count == 1)
    }

    @Test func `lines that say nothing are told with their place and the others are read`() {
        let recording = Recording(
            "mizumori-recording 1 line-a\nR 1 2\nE 1 2 three\nR 3 4\n",
            named: "x.rec"
        )
        #expect(recording.entries.count == 2)
        #expect(recording.rejections.map(\.place) == ["x.rec:3"])
        #expect(Recording("something else\n", named: "y.rec").rejections.map(\.place) == ["y.rec:1"])
        #expect(Recording("", named: "z.rec").rejections.count == 1)
    }
}

private final class Said: Sendable {
    private let lines = LockedReels()
    private let path = Path.ID("count")

    var count: Int {
        var found = 0
        lines.with(path) { found = $0.bytes }
        return found
    }

    func note(_ text: String) {
        lines.with(path) { $0.bytes += 1 }
    }
}
