import ArgumentParser

/// Takes what is stored out into files.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Take what is stored out into files.",
        subcommands: [ExportRegister.self]
    )
}
