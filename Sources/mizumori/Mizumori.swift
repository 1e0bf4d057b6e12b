import ArgumentParser

/// The program: commands and wiring, nothing else.
@main
struct Mizumori: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mizumori",
        abstract: "The collection gateway of a city waterworks' smart-meter pilot.",
        discussion: "Messages are Japanese under a Japanese LANG, English otherwise. "
            + "Exit 0 done, 1 failed, 2 refused input or a check that does not hold, 64 usage.",
        subcommands: [
            Run.self, Demo.self, Check.self, Plan.self, Read.self, Scan.self, LineCommand.self,
            Commission.self,
            ProfileCommand.self, Simulate.self, ImportCommand.self, Record.self, Evaluate.self,
            ReplayCommand.self,
            ReportCommand.self, Bill.self, IncidentCommand.self, Backup.self, Restore.self, Verify.self,
            MailCommand.self,
            EventsCommand.self, Resolve.self, RegisterCommand.self, ExportCommand.self, Erase.self,
            LayoutCommand.self, QuarantineCommand.self, RetentionCommand.self,
        ]
    )
}
