import ArgumentParser

/// Takes what is stored out into files.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Take what is stored out into files, as import reads them.",
        subcommands: [
            ExportRegister.self, ExportReadings.self, Exchanges.self, Events.self, HandReadings.self,
            Weather.self,
        ]
    )
}
