import Metering

/// Runs the examples of a layout through its decoder.
public struct LayoutProof: Sendable {
    private let layout: FeedLayout

    public init(_ layout: FeedLayout) {
        self.layout = layout
    }

    /// How many values the examples state.
    public var valueCount: Int {
        layout.examples.reduce(0) {
            $0 + $1.readings.count + $1.refused.count + ($1.fileRefused == nil ? 0 : 1)
        }
    }

    /// Every value that does not come out as stated; empty when the layout proves itself.
    public func mismatches() -> [ProfileMismatch] {
        layout.examples.flatMap(mismatches)
    }

    private func mismatches(in example: LayoutExample) -> [ProfileMismatch] {
        let decoded: DecodedFile
        do throws(FileRefusal) {
            decoded = try decode(example)
        } catch {
            guard example.fileRefused != error.field else { return [] }
            return [mismatch(example, "file", example.fileRefused ?? "taken", error.description)]
        }
        if let field = example.fileRefused {
            return [mismatch(example, "file", "refused: \(field)", "taken")]
        }
        let prefix = example.fileName.count + 1
        let refused = decoded.rejections.map { "\($0.place.dropFirst(prefix)) \($0.field)" }
        return differences(example, "readings", example.readings, decoded.readings.map(\.text))
            + differences(example, "refused", example.refused, refused)
    }

    private func decode(_ example: LayoutExample) throws(FileRefusal) -> DecodedFile {
        let decoder = FeedFileDecoder(layout.ignoringChecksum)
        switch (example.content, layout.form) {
        case (.rows(let rows), .workbook(_, let headerRow)):
            return try decoder.decode(
                rows: rows,
                headerRow: headerRow,
                named: example.fileName,
                receivedAt: example.receivedAt
            )
        case (.text(let text), .delimited(let encoding, _, _)):
            return try decoder.decode(file(example, encoding.bytes(of: text)))
        case (.text(let text), .feedPage):
            return try decoder.decode(file(example, Array(text.utf8)))
        default:
            throw FileRefusal(
                field: "content",
                expected: "rows for a workbook, else text",
                found: "the other"
            )
        }
    }

    private func file(_ example: LayoutExample, _ bytes: [UInt8]?) throws(FileRefusal) -> FeedFile {
        guard let bytes else {
            throw FileRefusal(field: "encoding", expected: "letters of the encoding", found: "others")
        }
        return FeedFile(name: example.fileName, bytes: bytes, receivedAt: example.receivedAt)
    }

    private func differences(
        _ example: LayoutExample,
        _ field: String,
        _ expected: [String],
        _ found: [String]
    ) -> [ProfileMismatch] {
        (0..<max(expected.count, found.count)).compactMap { position in
            let wanted = position < expected.count ? expected[position] : "nothing"
            let came = position < found.count ? found[position] : "nothing"
            return wanted == came ? nil : mismatch(example, "\(field)[\(position)]", wanted, came)
        }
    }

    private func mismatch(_ example: LayoutExample, _ field: String, _ expected: String, _ found: String)
        -> ProfileMismatch
    {
        ProfileMismatch(example: example.name, field: field, expected: expected, found: found)
    }
}
