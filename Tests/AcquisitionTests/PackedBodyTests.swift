import Acquisition
import Foundation
import Metering
import Testing

/// Bodies that were packed on their way.
struct PackedBodyTests {
    /// A page of three records, by `gzip`.
    private static let gzip =
        "H4sIAAAAAAACA2XLQQqAIBAF0Lv8tZW19A6dIEJCBxRLYVQowrvXNto+eDeycXRsUAhXsqkLFLPzcRh7CYFIZ9Gm"
        + "ck4MFeu+CzCZxDZDLTcOKsTa23fPEk18ZfzJhLa2B6X9t7xzAAAA"
    /// The same page, by zlib, which HTTP calls deflate.
    private static let deflate =
        "eJxly0EKgCAQBdC7/LWVtfQOnSBCQgcUS2FUKMK71zbaPng3snF0bFAIV7KpCxSz83EYewmBSGfRpnJODBXrvgsw"
        + "mcQ2Qy03DirE2tt3zxJNfGX8yYS2tgfm9yZ9"
    /// 200,000 times the letter x, by `gzip`.
    private static let bomb =
        "H4sIAAAAAAACA+3BMQEAAADCoNqLbwZ/oAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAACA1wByAr9RQA0DAA=="

    private static func bytes(_ base64: String) -> [UInt8] {
        Data(base64Encoded: base64).map { [UInt8]($0) } ?? []
    }

    private static let answers: [(String, FeedAnswer)] = [
        ("gzip", .packed(bytes(gzip), "gzip")), ("deflate", .packed(bytes(deflate), "deflate")),
    ]

    @Test(arguments: answers)
    func `a packed page is unpacked`(name: String, answer: FeedAnswer) async throws {
        let scene = try FeedScene([answer], to: "2026-11-23T09:30:00Z")
        try await scene.pull()
        #expect(scene.records == [3])
        #expect(scene.script.asked.map { $0["accepts"] } == ["gzip, deflate"])
    }

    @Test func `a page that grows beyond the limit when unpacked is refused`() async throws {
        let bomb = PackedBodyTests.bytes(PackedBodyTests.bomb)
        #expect(bomb.count < 300)
        let scene = try FeedScene([.packed(bomb, "gzip")], to: "2026-11-23T09:30:00Z")
        try await scene.pull(scene.settings(bodyLimit: 100_000))
        #expect(scene.pages.isEmpty)
        #expect(scene.reports.first?.failure?.hasPrefix("a page beyond 100000 bytes") == true)
    }

    @Test(arguments: [1, 20, 60, 100])
    func `a packed page that was cut is no page`(cut: Int) async throws {
        let whole = PackedBodyTests.bytes(PackedBodyTests.gzip)
        let scene = try FeedScene(
            [.packed(Array(whole.dropLast(cut)), "gzip"), .packed(whole, "gzip")]
        )
        try await scene.pull()
        #expect(scene.reports.map { $0.failure == nil } == [false, true])
        #expect(scene.records == [3])
    }

    @Test func `a page that is not what its header says is no page`() async throws {
        let scene = try FeedScene([.packed(Array("{}".utf8), "gzip")], to: "2026-11-23T09:30:00Z")
        try await scene.pull()
        #expect(scene.reports.map { $0.failure == nil } == [false])
        #expect(scene.pages.isEmpty)
    }
}
