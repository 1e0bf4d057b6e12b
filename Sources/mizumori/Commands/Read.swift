import Acquisition
import ArgumentParser
import Console
import Decoding
import Gateway
import Metering

/// Asks one meter once, and shows bytes, timing and meaning.
///
/// Nothing is stored.
struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One exchange with a meter: bytes, timing, index. Stores nothing.",
        discussion: "While a gateway runs, it is asked through the gateway, in its turn."
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions

    @Argument(help: "A service point (S-00001) or a meter's number.")
    var meter: String

    struct Document: Encodable {
        let schema = "mizumori.read/1"
        let servicePoint: String
        let meter: String
        let line: String
        let unit: UInt8
        let throughGateway: Bool
        let exchanges: [ExchangeDocument]
        @OrNull var serial: String?
        @OrNull var indexMl: Int64?
        @OrNull var flowMlPerHour: Int64?
        let status: [String]
        @OrNull var quality: String?
        @OrNull var error: String?
        /// How it failed: silence, damaged, mismatch, exception_2, stranger, ...
        @OrNull var errorKind: String?
        @OrNull var received: String?
        /// Every attempt by kind; through a gateway only what came of each question.
        let attempts: [String: Int]
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
        let found = try WiredMeter.find(meter, in: configuration, voice)
        let access = await LineAccess.open(found.line, folders: folders)
        let document = await ask(found, access, voice)
        try voice.say(document, orText: text(document, voice))
        if document.error != nil { throw ExitCode.failure }
    }

    private func ask(_ found: WiredMeter, _ access: LineAccess, _ voice: Voice) async -> Document {
        var interview = found.interview(over: access.bus)
        let decoder = MeterDecoder(profile: found.model)
        let channels: Set<Int> = [found.wiring.channel]
        var failure: BusError?
        do throws(BusError) {
            for purpose in [PollPurpose.identity, .scale, .status] {
                try await interview.read(purpose, channels: channels, cost: found.line.cost)
            }
            let planner = RequestPlanner(profile: found.model, cost: found.line.cost)
            for planned in planner.requests(for: planner.flowNames(channels)) {
                try await interview.read(planned.request, alternatives: planned.alternatives)
            }
            try await interview.read(.index, channels: channels, cost: found.line.cost)
        } catch {
            failure = error
        }
        let image = interview.image
        var problem = failure.map(voice.reason)
        var decoded: DecodedIndex?
        if failure == nil {
            do throws(RegisterDecodingError) {
                decoded = try decoder.index(
                    channel: found.wiring.channel,
                    image: image,
                    site: found.wiring.site
                )
            } catch {
                problem = voice.reason(error)
            }
            if !decoder.identityFits(in: image, found.wiring.site) {
                failure = BusError(
                    .stranger,
                    "unit \(found.wiring.unit) is no \(found.model.id): its identity registers do not fit"
                )
                problem = failure.map(voice.reason)
            }
        }
        let flow = try? decoder.flow(channel: found.wiring.channel, image: image, site: found.wiring.site)
        let heard =
            access.isRemote
            ? interview.exchanges.map { _ in .answered } + [failure?.kind].compactMap(\.self)
            : access.log.events.map(\.kind)
        let attempts = Dictionary(grouping: heard, by: \.description).mapValues(\.count)
        return Document(
            servicePoint: found.installation.point.id.rawValue,
            meter: found.installation.meter.id.rawValue,
            line: found.line.id.rawValue,
            unit: found.wiring.unit,
            throughGateway: access.isRemote,
            exchanges: interview.exchanges.map(ExchangeDocument.init),
            serial: decoder.serial(in: image, found.wiring.site),
            indexMl: decoded?.index.millilitres,
            flowMlPerHour: flow?.millilitresPerHour,
            status: MeterStatus.names.filter { decoded?.status.contains($0.flag) ?? false }.map(\.name),
            quality: decoded.map { "\($0.quality)" },
            error: problem,
            errorKind: failure?.kind.description,
            received: failure.flatMap { $0.received.isEmpty ? nil : hexadecimal($0.received) },
            attempts: attempts
        )
    }

    private func text(_ document: Document, _ voice: Voice) -> String {
        var lines = ["\(document.servicePoint)  \(document.meter)  \(document.line) \(document.unit)"]
        for exchange in document.exchanges {
            lines.append("  \(exchange.asked)  \(exchange.roundTripUs) us")
            lines.append("    → \(exchange.request)")
            lines.append("    ← \(exchange.reply)")
        }
        if let serial = document.serial { lines.append(voice.phrase("  serial ", "  機器番号 ") + serial) }
        if let index = document.indexMl {
            lines.append(voice.phrase("  index ", "  指針 ") + cubicMetres(.millilitres(index)) + " m3")
        }
        if let flow = document.flowMlPerHour {
            lines.append(
                voice.phrase("  flow ", "  流量 ") + "\(Flow.millilitresPerHour(flow).roundedLitresPerHour) L/h"
            )
        }
        if !document.status.isEmpty {
            lines.append(voice.phrase("  status ", "  状態 ") + document.status.joined(separator: ", "))
        }
        if let error = document.error { lines.append(voice.phrase("  failed: ", "  失敗: ") + error) }
        if let received = document.received {
            lines.append(voice.phrase("  came instead: ", "  受信: ") + received)
        }
        return lines.joined(separator: "\n")
    }
}

extension Read.ExchangeDocument {
    init(_ exchange: Exchange) {
        asked = exchange.asked.instant.description
        roundTripUs = exchange.answered.microseconds - exchange.asked.microseconds
        request = hexadecimal(exchange.request)
        reply = hexadecimal(exchange.reply)
    }
}
