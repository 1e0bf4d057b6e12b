import ArgumentParser
import Foundation
import Gateway
import Logging
import Metering
import Settings
import Storage

extension FolderOptions {
    /// The configuration; a wrong one ends the command with every problem and exit code 2.
    func configuration(_ voice: Voice, command: String) throws -> Configuration {
        do throws(SettingsProblems) {
            return try Configuration.load(
                config: config,
                meters: meters,
                environment: ProcessInfo.processInfo.environment
            )
        } catch {
            try voice.refuse(error, command: command)
        }
    }

    /// The store, beside a gateway that may be running.
    func visitedStore(_ voice: Voice) async throws -> MeterStore {
        do {
            return try await MeterStore.open(folder: data, as: .visitor)
        } catch {
            voice.tell("\(error)", "保存データを開けません: \(error)")
            throw ExitCode.failure
        }
    }
}

extension FolderOptions {
    /// The configuration with what the register says, and the store; points that are not known yet are added.
    func registered(_ voice: Voice, command: String) async throws -> (Configuration, MeterStore) {
        let files = try configuration(voice, command: command)
        let store = try await visitedStore(voice)
        return (try await store.registerPilot(of: files), store)
    }
}

/// The present instant by the machine's clock.
func presentInstant() -> Instant {
    Instant(secondsSince1970: Int64(Date().timeIntervalSince1970))
}

/// Who did it, for the audit log: the user of the shell.
func presentPerson() -> String {
    let user = ProcessInfo.processInfo.environment["USER"] ?? ""
    return user.isEmpty ? "shell" : user
}

/// The log of the gateway: one line an event on standard error, at the level of `MIZUMORI_LOG_LEVEL`.
func stationLogger(quiet: Bool = false) -> Logger {
    let name = ProcessInfo.processInfo.environment["MIZUMORI_LOG_LEVEL"] ?? ""
    var logger = Logger(label: "mizumori", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = Logger.Level(rawValue: name) ?? (quiet ? .critical : .notice)
    return logger
}

/// The bytes of a file named on the command line.
func bytes(of path: String, _ voice: Voice) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
        voice.tell("\(path): cannot be read", "\(path): 読めません")
        throw ExitCode.refused
    }
    return [UInt8](data)
}
