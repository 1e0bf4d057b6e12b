import Acquisition
import ArgumentParser
import Console
import Decoding
import Gateway
import Metering

/// What can be said of a line as a whole.
struct LineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "line",
        abstract: "Lines.",
        subcommands: [Test.self]
    )

    /// Many exchanges with every unit of a line, and what their failures tell.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "A hundred exchanges a unit: error kinds, timing, and the likely cause of each pattern.",
            discussion:
                "Only while no gateway owns the line, since what came instead of answers has to be seen."
        )

        /// So many wrecks of a unit are looked at.
        private static let mostWrecks = 50

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A line of the configuration.") var bus: String
        @Option(help: "How often each unit is asked.") var exchanges = 100

        struct Document: Encodable {
            let schema = "mizumori.line.test/1"
            let line: String
            let units: [Unit]
            let causes: [Cause]
        }

        struct Unit: Encodable {
            let unit: UInt8
            let model: String
            let asked: Int
            let answered: Int
            let byKind: [String: Int]
            let strays: Int
            @OrNull var medianUs: Int64?
            @OrNull var longestUs: Int64?
            let wrecks: [String]
        }

        struct Cause: Encodable {
            let cause: String
            @OrNull var unit: UInt8?
            let text: String

            fileprivate init(_ cause: String, unit: UInt8? = nil, text: String) {
                self.cause = cause
                self.unit = unit
                self.text = text
            }
        }

        func validate() throws {
            guard (1...100_000).contains(exchanges) else { throw ValidationError("--exchanges: 1 to 100000") }
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let configuration = try folders.configuration(voice, command: "line.test")
            let line = try configuration.line(bus, voice)
            let access = await LineAccess.open(line, folders: folders)
            guard !access.isRemote else {
                voice.tell(
                    "A gateway owns \(line.id): stop it first",
                    "\(line.id) は稼働中のゲートウェイが使用しています。先に停止してください"
                )
                throw ExitCode.refused
            }
            let units = configuration.pilot.polledUnits(on: line.id, usualSeconds: 3_600)
            for unit in units { try await ask(unit, access, voice) }
            let document = document(line, units, access.log.events, voice)
            try voice.say(document, orText: text(document, voice))
            if !document.causes.isEmpty { throw ExitCode.failure }
        }

        private func ask(_ unit: PolledUnit, _ access: LineAccess, _ voice: Voice) async throws {
            let planner = RequestPlanner(profile: unit.model, cost: access.line.cost)
            let planned = planner.requests(for: .index, channels: unit.channels)
            var interview = Interview(over: access.bus, unit: unit.unit, model: unit.model)
            var asked = 0
            while asked < exchanges {
                for request in planned where asked < exchanges {
                    asked += 1
                    do throws(BusError) {
                        try await interview.read(
                            request.request,
                            alternatives: request.alternatives,
                            tries: 1
                        )
                    } catch {
                        // The line's log has it; a line that is down has nothing more to tell.
                        if error.isLineDown {
                            voice.tell(error)
                            throw ExitCode.failure
                        }
                    }
                }
            }
            voice.tell("unit \(unit.unit): \(asked) exchanges", "機器 \(unit.unit): \(asked) 回")
        }

        private func document(
            _ line: LineSettings,
            _ units: [PolledUnit],
            _ events: [LineEvent],
            _ voice: Voice
        ) -> Document {
            let byUnit = Dictionary(grouping: events, by: \.unit)
            let sightings = units.map { sighting(of: $0.unit, byUnit[$0.unit] ?? []) }
            return Document(
                line: line.id.rawValue,
                units: zip(units, sightings).map { unit, sighting in
                    let turnarounds = (byUnit[unit.unit] ?? []).filter { $0.kind == .answered }
                        .map { ($0.ended - $0.asked).microseconds }.sorted()
                    return Unit(
                        unit: unit.unit,
                        model: unit.model.id.rawValue,
                        asked: sighting.counts.asked,
                        answered: sighting.counts.answered,
                        byKind: Dictionary(
                            uniqueKeysWithValues: sighting.counts.byKind.map {
                                ($0.key.description, $0.value)
                            }
                        ),
                        strays: sighting.counts.strays,
                        medianUs: turnarounds.isEmpty ? nil : turnarounds[turnarounds.count / 2],
                        longestUs: turnarounds.last,
                        wrecks: sighting.wrecks.prefix(3).map(hexadecimal)
                    )
                },
                causes: LineDiagnosis(sightings).causes.map { Cause($0, voice) }
            )
        }

        private func sighting(of unit: UInt8, _ events: [LineEvent]) -> LineDiagnosis.Sighting {
            var counts = UnitCounts()
            for event in events { counts.note(event) }
            let wrecks = events.filter { $0.kind != .answered && !$0.reply.isEmpty }.map(\.reply)
            return LineDiagnosis.Sighting(
                unit: unit,
                counts: counts,
                wrecks: Array(wrecks.prefix(Test.mostWrecks)),
                requests: Array(Set(events.map(\.request)))
            )
        }

        private func text(_ document: Document, _ voice: Voice) -> String {
            var table = TextTable(
                [
                    voice.phrase("unit", "機器"), voice.phrase("model", "機種"), voice.phrase("answered", "応答"),
                    voice.phrase("failures", "失敗の内訳"), voice.phrase("median ms", "中央値 ms"),
                    voice.phrase("longest ms", "最長 ms"),
                ],
                rightAligned: [0, 2, 4, 5]
            )
            for unit in document.units {
                let failures = unit.byKind.filter { $0.key != "answered" }.sorted { $0.key < $1.key }
                table.append([
                    "\(unit.unit)", unit.model, "\(unit.answered)/\(unit.asked)",
                    failures.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
                    unit.medianUs.map { "\($0 / 1_000).\($0 % 1_000 / 100)" } ?? "",
                    unit.longestUs.map { "\($0 / 1_000).\($0 % 1_000 / 100)" } ?? "",
                ])
            }
            let causes = document.causes.map { "- " + $0.text }
            let heading =
                causes.isEmpty
                ? voice.phrase("The line is in order.", "回線に異常はありません。")
                : voice.phrase("Likely causes:", "考えられる原因:")
            return ([table.render(), heading] + causes).joined(separator: "\n")
        }
    }
}

extension LineCommand.Test.Cause {
    fileprivate init(_ cause: LineDiagnosis.Cause, _ voice: Voice) {
        switch cause {
        case .anotherMaster:
            self.init(
                "another_master",
                text: voice.phrase(
                    "requests come that are not ours: another program or master asks on this line",
                    "当方以外の要求が流れています。別のプログラムまたはマスターが同じ回線を使っています"
                )
            )
        case .echo:
            self.init(
                "echo",
                text: voice.phrase(
                    "the adapter hears what it sends: switch its echo off, or four-wire jumpers to two-wire",
                    "変換器が自分の送信を受信しています。エコーを切るか、2線式の設定にしてください"
                )
            )
        case .unreadable:
            self.init(
                "unreadable",
                text: voice.phrase(
                    "bytes come, but no frame: wrong rate, parity or stop bits, or A and B swapped",
                    "受信はありますが電文になりません。速度・パリティ・ストップビットの違い、または A/B の逆接続"
                )
            )
        case .dead:
            self.init(
                "dead",
                text: voice.phrase(
                    "nothing comes at all: no power, a broken line, A and B swapped, or wrong settings",
                    "まったく受信がありません。電源断、断線、A/B の逆接続、または通信条件の違い"
                )
            )
        case .doubled(let unit):
            self.init(
                "two_units_on_one_address",
                unit: unit,
                text: voice.phrase(
                    "unit \(unit): answers over each other: two units have this address",
                    "機器 \(unit): 応答が重なっています。同じ番号の機器が二台あります"
                )
            )
        case .absent(let unit):
            self.init(
                "absent",
                unit: unit,
                text: voice.phrase(
                    "unit \(unit) alone is silent: no power, another address or rate, or asleep",
                    "機器 \(unit) だけが無応答です。電源断、番号や速度の違い、または休止中"
                )
            )
        case .noisy:
            self.init(
                "missing_termination",
                text: voice.phrase(
                    "answers of most units are damaged: missing termination or bias, noise, or too long a cable",
                    "多くの機器の応答が壊れています。終端抵抗・バイアスの不足、雑音、または配線が長すぎます"
                )
            )
        case .noisyUnit(let unit):
            self.init(
                "damaged_answers",
                unit: unit,
                text: voice.phrase(
                    "unit \(unit) alone sends damaged answers: its connection or its driver",
                    "機器 \(unit) だけ応答が壊れています。接続部または通信回路の不良"
                )
            )
        case .wrongMap(let unit):
            self.init(
                "wrong_map",
                unit: unit,
                text: voice.phrase(
                    "unit \(unit) refuses what its model asks: another model or version",
                    "機器 \(unit) が要求を拒否しています。機種または版が違います"
                )
            )
        case .slow(let unit):
            self.init(
                "late_answers",
                unit: unit,
                text: voice.phrase(
                    "unit \(unit) answers later than it is waited for: raise response_timeout_ms",
                    "機器 \(unit) の応答が待ち時間より遅れます。response_timeout_ms を大きくしてください"
                )
            )
        case .taken:
            self.init(
                "taken",
                text: voice.phrase("another program holds the device", "別のプログラムが装置を使用しています")
            )
        }
    }
}
