import Decoding
import Foundation
import Metering
import Testing

@testable import Acquisition

struct FolderWatchingTests {
    @Test func `a file that did not change between two looks is taken and moves to done`() async throws {
        let scene = try FolderScene()
        scene.write("b.json", "2")
        scene.write("a.json", "1")
        try await scene.watch()
        #expect(scene.files.map(\.name) == ["a.json", "b.json"])
        #expect(scene.files.map(\.bytes) == [[49], [50]])
        #expect(scene.names() == ["done"])
        #expect(scene.names("done") == ["a.json", "b.json"])
        #expect(scene.reports.map(\.taken) == [0, 2, 0])
        #expect(scene.log.messages == [])
    }

    @Test func `a file that still grows is left alone until it does not`() async throws {
        let scene = try FolderScene(
            [{ $0.write("a.json", "12") }, { $0.write("a.json", "123") }],
            minutes: 4
        )
        scene.write("a.json", "1")
        try await scene.watch()
        #expect(scene.files.map(\.bytes) == [Array("123".utf8)])
        #expect(scene.reports.map(\.taken) == [0, 0, 0, 1])
    }

    @Test(arguments: [".a.json", "a.json.part", "a.json.tmp", "a.json.filepart", "a.json~"])
    func `what a sender still writes is no file`(name: String) async throws {
        let scene = try FolderScene()
        scene.write(name, "1")
        try await scene.watch()
        #expect(scene.files.isEmpty && scene.names() == [name])
    }

    @Test func `a companion says at once that a file is complete`() async throws {
        let scene = try FolderScene()
        scene.write("a.json", "1")
        scene.write("a.json.ok", "")
        scene.write("b.json", "1")
        try await scene.watch(companion: ".ok")
        #expect(scene.reports.map(\.taken) == [1, 0, 0])
        #expect(scene.names() == ["b.json", "done"])
        #expect(scene.names("done") == ["a.json", "a.json.ok"])
        #expect(scene.log.messages == ["File waits for its companion"])
    }

    @Test func `a checksum is waited for and given along`() async throws {
        let scene = try FolderScene([{ $0.write("a.json.sha256", "abc") }], minutes: 4)
        scene.write("a.json", "1")
        try await scene.watch(hasChecksum: true)
        #expect(scene.files.map(\.checksum) == ["abc"])
        #expect(scene.names("done") == ["a.json", "a.json.sha256"])
    }

    @Test func `a refused file moves to refused with its reason beside it`() async throws {
        let scene = try FolderScene()
        scene.write("a.json", "1")
        let refusal = FileRefusal(line: 3, field: "trailer", expected: "2 rows", found: "1")
        try await scene.watch { _ in .refused(refusal) }
        #expect(scene.names("refused") == ["a.json", "a.json.reason.txt"])
        let reason = try #require(scene.text("refused/a.json.reason.txt"))
        #expect(reason.hasPrefix("a.json:3 2026-11-23T18:01:00+09:00\ntrailer: expected 2 rows, found 1\n"))
        #expect(reason.contains("trailer: 2 行 が必要ですが、1 があります"))
        #expect(scene.reports.map(\.refused) == [0, 1, 0])
        #expect(scene.log.messages == ["File is refused"])
    }

    @Test func `a file beyond the limit is refused without being read`() async throws {
        let scene = try FolderScene()
        scene.write("a.json", "1234567890+")
        scene.write("b.json", "1234567890")
        try await scene.watch(mostBytes: 10)
        #expect(scene.files.map(\.name) == ["b.json"])
        #expect(scene.names("refused") == ["a.json", "a.json.reason.txt"])
    }

    @Test func `a file of a name that is taken moves beside it`() async throws {
        let again: @Sendable (FolderScene) -> Void = { $0.write("a.json", "2") }
        let scene = try FolderScene([{ _ in }, again, { _ in }, again], minutes: 7)
        scene.write("a.json", "1")
        try await scene.watch()
        #expect(scene.names("done") == ["a.json", "a.json.2", "a.json.3"])
        #expect(scene.text("done/a.json") == "1")
    }

    @Test func `a file that cannot be stored stays and comes again, and it is said once`() async throws {
        struct Full: Error {}
        let scene = try FolderScene(minutes: 5)
        scene.write("a.json", "1")
        let clock = scene.clock
        try await scene.watch { _ in
            if clock.timeOfDay < "09:03:00" { throw Full() }
            return .taken(stored: 1, badRows: 0)
        }
        #expect(scene.reports.map { $0.failure == nil } == [true, false, false, true, true])
        #expect(scene.names("done") == ["a.json"])
        #expect(scene.log.messages == ["Folder gives no files", "Folder gives files again"])
    }

    @Test func `a file that cannot be stored keeps no other from being taken`() async throws {
        struct Broken: Error {}
        let scene = try FolderScene()
        scene.write("a.json", "1")
        scene.write("b.json", "1")
        try await scene.watch { name in
            if name == "a.json" { throw Broken() }
            return .taken(stored: 1, badRows: 0)
        }
        #expect(scene.names() == ["a.json", "done"] && scene.names("done") == ["b.json"])
        #expect(scene.reports.map { $0.failure == nil } == [true, false, false])
    }

    @Test func `the first look of each hour says so, since silence is news too`() async throws {
        let scene = try FolderScene(minutes: 2, from: "08:58:30")
        try await scene.watch()
        #expect(scene.reports.map(\.beginsHour) == [true, false, true, false])
    }

    @Test func `a crash between storing and moving brings the same file again`() async throws {
        let scene = try FolderScene()
        scene.write("a.json", "1")
        // The folder for what was taken can't be made: something of its name is there.
        scene.write("done.tmp", "")
        try FileManager.default.createSymbolicLink(
            atPath: scene.folder + "/done",
            withDestinationPath: "done.tmp"
        )
        try await scene.watch()
        #expect(scene.files.map(\.name) == ["a.json", "a.json"])
        #expect(scene.text("a.json") == "1")
        #expect(scene.log.messages == ["Folder gives no files"])
    }

    @Test func `bad rows are told with the file`() async throws {
        let scene = try FolderScene()
        scene.write("a.json", "1")
        try await scene.watch { _ in .taken(stored: 5, badRows: 2) }
        #expect(scene.log.messages == ["File has bad rows"])
        #expect(scene.names("done") == ["a.json"])
    }

    @Test func `a folder that is not there is made, one that can't be made is told`() async throws {
        let scene = try FolderScene()
        scene.write("a", "")
        let watching = FolderWatching(
            FolderSettings(
                id: Path.ID("x"),
                folder: scene.folder + "/a/b",
                layout: FeedLayout(id: FeedLayout.ID("x"), form: .feedPage)
            ),
            clock: scene.clock,
            now: { [clock = scene.clock] in clock.moment.instant },
            deliver: { _ in .taken(stored: 0, badRows: 0) },
            lookEnded: { #expect($0.failure != nil) },
            logger: scene.log.logger
        )
        try await watching.run()
        #expect(scene.log.messages == ["Folder gives no files"])
    }
}

struct RemoteFileTests {
    @Test func `a listing tells names, sizes and times of plain files alone`() throws {
        let listing = """
            drwxr-xr-x    2 water    water        4096 Jan 24 05:41 .
            -rw-r--r--    1 water    water        1234 Jan 24 05:41 WATER_20240124_01.csv
            lrwxrwxrwx    1 water    water          10 Jan 24 05:41 link -> /etc/passwd
            -rw-r--r--    1 water    water           7 Dec 31  2023 二つ の 名前.csv
            """
        let files = try RemoteFile.list(listing)
        #expect(
            files == [
                RemoteFile(name: "WATER_20240124_01.csv", bytes: 1_234, changed: "Jan 24 05:41"),
                RemoteFile(name: "二つ の 名前.csv", bytes: 7, changed: "Dec 31 2023"),
            ]
        )
    }

    @Test(arguments: [
        "-rw-r--r-- 1 water water x Jan 24 05:41 a", "-rw-r--r-- a.csv", "-rw-r--r-- 1 w w -1 Jan 24 05:41 a",
    ])
    func `a line in another form is told, since a file unseen is a file lost`(line: String) {
        #expect(throws: SFTPError.self) { try RemoteFile.list(line) }
    }

    @Test func `a name that leads elsewhere is none`() throws {
        #expect(try RemoteFile.list("-rw-r--r-- 1 w w 1 Jan 24 05:41 ../a") == [])
    }

    @Test func `a file is fetched once for each change of it`() throws {
        let scene = try FolderScene()
        let folder = DropFolder(path: scene.folder, companions: [])
        let file = RemoteFile(name: "a", bytes: 1, changed: "Jan 24 05:41")
        var ledger = FetchLedger(folder)
        #expect(!ledger.has(file))
        try ledger.add(file, in: folder)
        #expect(FetchLedger(folder).has(file))
        #expect(!FetchLedger(folder).has(RemoteFile(name: "a", bytes: 1, changed: "Jan 25 05:41")))
        #expect(!FetchLedger(folder).has(RemoteFile(name: "a", bytes: 2, changed: "Jan 24 05:41")))
        #expect(scene.names() == [".fetched"])
    }

    @Test func `a host that does not answer, and a password, are no secret and no file`() async throws {
        let settings = SFTPSettings(
            url: "sftp://127.0.0.1:1/out/",
            user: "water",
            password: "s3cret",
            knownHosts: "/nowhere"
        )
        let error = await #expect(throws: SFTPError.self) {
            try await RemoteFolder(settings, mostBytes: 10).list()
        }
        #expect(error?.code == .unreachable)
        #expect(!"\(settings)".contains("s3cret") && error?.message.contains("s3cret") == false)
    }
}
