import Decoding
import Metering
import Settings

/// Reads the examples of a layout: a piece of a file, and what must become of it.
struct LayoutExamples {
    func example(_ section: Section) -> LayoutExample? {
        let name = section.requiredText("name")
        let origins = ProfileExample.Origin.allCases.map(\.rawValue)
        let origin = section.choice("origin", origins).flatMap(ProfileExample.Origin.init)
        if !section.has("origin") { section.problem(at: "origin", .required) }
        _ = section.text("source")
        let fileName = section.requiredText("file")
        let received = section.requiredText("received_at")
        let receivedAt = received.flatMap { Instant(iso8601: $0) }
        if received != nil, receivedAt == nil {
            section.problem(
                at: "received_at",
                .other(english: "an instant with its zone", japanese: "時差付きの時刻")
            )
        }
        let content = content(section)
        let readings = section.texts("readings") ?? []
        let refused = section.texts("refused") ?? []
        let fileRefused = section.text("file_refused")
        section.finish()
        guard let name, let origin, let fileName, let receivedAt, let content else { return nil }
        return LayoutExample(
            name: name,
            origin: origin,
            fileName: fileName,
            receivedAt: receivedAt,
            content: content,
            readings: readings,
            refused: refused,
            fileRefused: fileRefused
        )
    }

    /// Text as it stands, or the rows of a sheet with their cells parted by `|`.
    private func content(_ section: Section) -> LayoutExample.Content? {
        if let rows = section.texts("rows") {
            return .rows(
                rows.map { row in
                    row.split(separator: "|", omittingEmptySubsequences: false).map {
                        JapaneseDate.narrow(String($0))
                    }
                }
            )
        }
        return section.requiredText("text").map(LayoutExample.Content.text)
    }
}
