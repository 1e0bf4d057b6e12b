import ArgumentParser
import Foundation
import Gateway
import Metering
import Storage

/// Writes the register as an installations file.
struct ExportRegister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "The register in the form of meters/pilot.yaml; what is read back says the same."
    )

    @OptionGroup var folders: FolderOptions
    @Option(help: "The file; standard output when none is named.") var output: String?

    func run() async throws {
        let voice = Voice(json: false)
        let (configuration, store) = try await folders.registered(voice, command: "export.register")
        let text = PilotText.text(configuration.pilot.installations)
        for known in try await store.registeredPoints()
        where configuration.pilot.installation(at: known.point.id) == nil {
            voice.tell(
                "\(known.point.id): left out, no file says how its index comes in",
                "\(known.point.id): 設置情報がないため書き出しません"
            )
        }
        if let output {
            try text.write(toFile: output, atomically: true, encoding: .utf8)
        } else {
            print(text, terminator: "")
        }
    }
}
