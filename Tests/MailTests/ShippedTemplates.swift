import FoundationEssentials
import Mail

/// The wordings in `config/mail`.
enum ShippedTemplates {
    static func load() throws -> MailTemplates {
        MailTemplates(
            incident: try MailTemplate(
                text(of: "incident.mustache"),
                named: "incident.mustache",
                placeholders: MailTemplates.incidentPlaceholders
            ),
            test: try MailTemplate(
                text(of: "test.mustache"),
                named: "test.mustache",
                placeholders: MailTemplates.testPlaceholders
            )
        )
    }

    static func text(of file: String) throws -> String {
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return String(
            decoding: try Data(contentsOf: folder.appending(path: "config/mail/\(file)")),
            as: UTF8.self
        )
    }
}
