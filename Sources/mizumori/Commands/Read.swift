import Console
import Acquisition
import ArgumentParser
import Decoding
import Gateway
import Metering

/// Asks one meter once, and shows bytes, timing and meaning.
///
/// Nothing is stored.
struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One exchange with a meter: bytes, timing, index. Stores nothing."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions

    @Argument(help: "A service point (S-00001) or a meter's number.")
    var meter: String

    struct Document: Encodable {
        let schema = "mizumori.read/1"
        let servicePoint: String
        let meter: String
        let exchanges: [ExchangeDocument]
        @OrNull var indexMl: Int64?
        let status: [String]
        @OrNull var quality: String?
        @OrNull var error: String?
    }

    struct ExchangeDocument: Encodable {
        let asked: String
        let roundTripUs: Int64
        let request: String
        let reply: String
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "read")
        let found = configuration.pilot.installations.first {
            $0.point.id.rawValue == meter || $0.meter.id.rawValue == meter
        }
        guard let found, let wiring = found.wiring, let model = configuration.pilot.profiles[wiring.model],
            let line = configuration.settings.lines.first(where: { $0.id == wiring.path })
        else {
            voice.tell("\(meter): no wired meter of this name", "\(meter): 該当する有線メーターがありません")
            throw ExitCode.refused
        }
        let document = await ask(found, wiring, model, line)
        try voice.say(document, orText: text(document, voice))
        if document.error != nil { throw ExitCode.failure }
    }

    private func ask(
        _ installation: Installation,
        _ wiring: Installation.Wiring,
        _ model: MeterProfile,
        _ line: LineSettings
    ) async -> Document {
        let bus = ModbusLine(line, clock: SystemLineClock(), logger: stationLogger(quiet: true))
        let planner = RequestPlanner(profile: model)
        var image = RegisterImage()
        var exchanges: [ExchangeDocument] = []
        var decoded: DecodedIndex?
        var problem: String?
        do {
            for purpose in [PollPurpose.identity, .scale, .index] {
                for planned in planner.requests(for: purpose, channels: [wiring.channel]) {
                    let exchange = try await bus.exchange(
                        planned.request,
                        unit: wiring.unit,
                        manners: model.link
                    )
                    try image.record(planned.request, data: exchange.data)
                    exchanges.append(ExchangeDocument(exchange))
                }
            }
            decoded = try MeterDecoder(profile: model).index(
                channel: wiring.channel,
                image: image,
                site: wiring.site
            )
        } catch {
            problem = "\(error)"
        }
        return Document(
            servicePoint: installation.point.id.rawValue,
            meter: installation.meter.id.rawValue,
            exchanges: exchanges,
            indexMl: decoded?.index.millilitres,
            status: MeterStatus.names.filter { decoded?.status.contains($0.flag) ?? false }.map(\.name),
            quality: decoded.map { "\($0.quality)" },
            error: problem
        )
    }

    private func text(_ document: Document, _ voice: Voice) -> String {
        var lines = ["\(document.servicePoint)  \(document.meter)"]
        for exchange in document.exchanges {
            lines.append("  \(exchange.asked)  \(exchange.roundTripUs) us")
            lines.append("    → \(exchange.request)")
            lines.append("    ← \(exchange.reply)")
        }
        if let index = document.indexMl {
            lines.append(voice.phrase("  index ", "  指針 ") + cubicMetres(.millilitres(index)) + " m3")
        }
        if !document.status.isEmpty {
            lines.append(voice.phrase("  status ", "  状態 ") + document.status.joined(separator: ", "))
        }
        if let error = document.error { lines.append(voice.phrase("  failed: ", "  失敗: ") + error) }
        return lines.joined(separator: "\n")
    }
}

extension Read.ExchangeDocument {
    fileprivate init(_ exchange: Exchange) {
        asked = exchange.asked.instant.description
        roundTripUs = exchange.answered.microseconds - exchange.asked.microseconds
        request = hexadecimal(exchange.request)
        reply = hexadecimal(exchange.reply)
    }
}

/// Bytes as people compare them: `01 03 00 0A`.
private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
}

/// A volume as a dial shows it: 1,234,567 L is 1234.567.
func cubicMetres(_ volume: Volume) -> String {
    let litres = volume.millilitres / 1_000
    return "\(litres / 1_000)." + String(litres % 1_000 + 1_000).dropFirst()
}
