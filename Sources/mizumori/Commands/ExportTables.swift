import ArgumentParser
import Foundation
import Gateway
import Metering
import Reporting
import Storage

/// What of the store is exported, and where it goes.
struct ExportOptions: ParsableArguments {
    @Option(help: "The first day, such as 2026-04-01; the oldest when none is given.") var from: String?
    @Option(help: "The day after the last one; the newest when none is given.") var to: String?
    @Option(help: "One service point; all when none is given.") var point: String?
    @Option(help: "As it was stored by then, such as 2026-04-01T09:00:00+09:00.") var asOf: String?
    @Flag(help: "Also revisions, and where and when each value came from.") var full = false
    @Option(help: "The file, which must not exist; standard output when none is named.") var output: String?

    func validate() throws {
        for (name, day) in [("--from", from), ("--to", to)] where day.map({ LocalDay($0) == nil }) == true {
            throw ValidationError("\(name): a day such as 2026-04-01")
        }
        guard asOf.map({ Instant(iso8601: $0) != nil }) ?? true else {
            throw ValidationError("--as-of: ISO 8601 with a zone")
        }
        if let first = from.flatMap({ LocalDay($0) }), let last = to.flatMap({ LocalDay($0) }), first >= last
        {
            throw ValidationError("--from has to come before --to")
        }
    }

    /// The request; a point that is not registered ends the command.
    func request(_ store: MeterStore, _ voice: Voice) async throws -> ReadingsExport.Request {
        if let point, try await store.registeredPoint(ServicePoint.ID(point)) == nil {
            voice.tell("no service point \(point)", "水栓 \(point) はありません")
            throw ExitCode.refused
        }
        return ReadingsExport.Request(
            point: point.map { ServicePoint.ID($0) },
            from: from.flatMap { LocalDay($0) }?.start,
            to: to.flatMap { LocalDay($0) }?.start,
            isFull: full,
            asOf: asOf.flatMap { Instant(iso8601: $0) }
        )
    }

    /// Writes one of the small tables.
    func write(_ table: TableExport.Table, from folders: FolderOptions) async throws {
        let voice = Voice(json: false)
        let store = try await folders.visitedStore(voice)
        let request = try await request(store, voice)
        try await voice.exporting(output) {
            let text = try await TableExport(request, store: store).table(table).text()
            guard let output else { return try printAll(text) }
            let file = try ExportFile(output, continuing: { _ in false }, else: table.rawValue)
            try file.append(text.utf8)
            try file.close()
        }
    }
}

/// Writes to standard output, whose reader may have gone.
func printAll(_ text: String) throws {
    try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
}

extension Voice {
    /// What can't be written ends the command with its reason: 2 where the file is refused, 1 where the disk is.
    func exporting(_ output: String?, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as StoreError {
            let name = output ?? "-"
            switch error.code {
            case .full: tell("\(error)", "\(name): ディスクの空きがありません (\(error))。空きを作り、同じ命令で続けられます。")
            case .readOnly: tell("\(error)", "\(name): 書き込めません (\(error))")
            case .conflicting: tell("\(error)", "\(name): 同名のファイルがあります")
            case .locked: tell("\(error)", "\(name): 別の書き出しが実行中です")
            default: tell("\(error)", "書き出せません: \(error)")
            }
            throw [.conflicting, .readOnly].contains(error.code) ? ExitCode.refused : ExitCode.failure
        }
    }
}

/// Readings, of any number.
struct ExportReadings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "readings",
        abstract:
            "Rows of meter_id,timestamp,index_l,status,received_at; with --full every revision and its origin.",
        discussion:
            "Broken off, the same command goes on where it was; until it is whole the file is FILE.part."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var options: ExportOptions

    func run() async throws {
        let voice = Voice(json: false)
        let store = try await folders.visitedStore(voice)
        let export = ReadingsExport(try await options.request(store, voice), store: store)
        let isShown = isatty(STDERR_FILENO) == 1
        try await voice.exporting(options.output) {
            guard let output = options.output else { return try await export.write { try printAll($0) } }
            let done = try await export.write(toFile: output) { progress in
                guard isShown else { return }
                let text = voice.phrase(
                    "\(progress.points) / \(progress.allPoints) service points, \(progress.rows) rows",
                    "水栓 \(progress.points) / \(progress.allPoints)、\(progress.rows) 行"
                )
                FileHandle.standardError.write(Data("\r\(text)\u{1B}[K".utf8))
            }
            if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
            voice.tell("\(output): \(done.rows) rows written", "\(output): \(done.rows) 行を書き出しました")
        }
    }
}

extension ExportCommand {
    /// Announced exchanges.
    struct Exchanges: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rows of meter_id,at,final_index_l,initial_index_l,new_serial."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var options: ExportOptions

        func run() async throws { try await options.write(.exchanges, from: folders) }
    }

    /// Events of people but for hand readings.
    struct Events: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rows of service_point,kind,at,by,reason,until,index_m3,detail,area."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var options: ExportOptions

        func run() async throws { try await options.write(.events, from: folders) }
    }

    /// Hand readings.
    struct HandReadings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hand-readings",
            abstract: "Rows of service_point,at,index_m3,by,reason."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var options: ExportOptions

        func run() async throws { try await options.write(.handReadings, from: folders) }
    }

    /// Outdoor temperatures.
    struct Weather: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rows of station,timestamp,temp_c; with --daily of station,date,tmin_c,tmax_c."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var options: ExportOptions
        @Flag(help: "The lowest and the highest of each day.") var daily = false

        func run() async throws { try await options.write(daily ? .dailyWeather : .weather, from: folders) }
    }
}
