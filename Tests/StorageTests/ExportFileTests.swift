import Foundation
import Testing

@testable import Storage

struct ExportFileTests {
    private func open(_ name: String, _ export: String = "all") throws(StoreError) -> ExportFile {
        try ExportFile(name, continuing: { $0.export == export }, else: export)
    }

    private func names(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private static let piece = [UInt8](repeating: 7, count: ExportFile.bytesPerMark / 3 + 1)

    @Test func `a file has its name when it is whole, and nothing is left beside it`() throws {
        let folder = try TemporaryFolder()
        let name = folder.path + "/out.csv"
        let file = try open(name)
        try file.append(Array("abc".utf8))
        try file.finish("a")
        #expect(try names(folder) == ["out.csv.part"])
        try file.close()
        #expect(try names(folder) == ["out.csv"])
        #expect(try String(contentsOfFile: name, encoding: .utf8) == "abc")
    }

    @Test func `what was broken off goes on behind the last mark, and what was written behind it is cut off`()
        throws
    {
        let folder = try TemporaryFolder()
        let name = folder.path + "/out.csv"
        do {
            let file = try open(name)
            for step in 0..<4 {
                try file.append(Self.piece)
                try file.finish("\(step)")
            }
            #expect(file.mark.last == "2")
        }
        #expect(try names(folder) == ["out.csv.part", "out.csv.part.progress"])
        let again = try open(name)
        #expect(again.mark.last == "2" && again.mark.bytes == Int64(Self.piece.count * 3))
        try again.append([1, 2])
        try again.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: name))
        #expect(bytes.count == Self.piece.count * 3 + 2 && bytes.suffix(2) == Data([1, 2]))
        #expect(try names(folder) == ["out.csv"])
    }

    @Test func `an unfinished file of another export, or one shorter than it says, is begun anew`() throws {
        let folder = try TemporaryFolder()
        let name = folder.path + "/out.csv"
        do {
            let file = try open(name)
            for step in 0..<3 {
                try file.append(Self.piece)
                try file.finish("\(step)")
            }
        }
        #expect(try open(name, "other").mark.bytes == 0)
        #expect(try open(name).mark == ExportFile.Mark(export: "all", last: "", bytes: 0))
    }

    @Test func `a file that exists, or that somebody writes, is refused`() throws {
        let folder = try TemporaryFolder()
        let name = folder.path + "/out.csv"
        let file = try open(name)
        #expect(throws: StoreError.self) { try open(name) }
        do { _ = try open(name) } catch { #expect(error.code == .locked) }
        try file.close()
        do { _ = try open(name) } catch { #expect(error.code == .conflicting) }
        #expect(throws: StoreError.self) { try open(name) }
    }

    @Test func `a folder that is not there, and a full disk, are told as such`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: StoreError.self) { try open(folder.path + "/no/out.csv") }
        // Every write into this device finds the disk full.
        let name = folder.path + "/full.csv"
        try FileManager.default.createSymbolicLink(atPath: name + ".part", withDestinationPath: "/dev/full")
        let file = try ExportFile(name, continuing: { _ in false }, else: "all")
        let error = #expect(throws: StoreError.self) {
            try file.append(Self.piece)
            try file.close()
        }
        #expect(error?.code == .full)
        #expect(!FileManager.default.fileExists(atPath: name))
    }
}
