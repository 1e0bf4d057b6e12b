import ArgumentParser
import Console
import Decoding
import Foundation
import Gateway
import Metering
import Settings

/// Decodes registers that somebody wrote down by a meter model.
struct ProfileDecode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decode registers given as text by a meter model.",
        discussion: """
            The dump has a line for each register, ADDRESS:VALUE by the model's own numbering, decimal or 0x..., with \
            FUNCTION/ before the address where it is not the usual one; or hexadecimal words or a whole reply, from \
            the address given with --from. What follows # is a comment.
            """
    )

    @OptionGroup var speech: SpeechOptions
    @Argument(help: "A model's file.") var file: String
    @Option(help: "A file with the registers, or - for standard input.") var registers: String
    @Option(help: "The function of lines that name none: 1 to 4.") var function: UInt8 = 3
    @Option(help: "The address of the first hexadecimal word.") var from: String?
    @Option(help: "How addresses count: pdu, number or modicon; without it, as the model does.")
    var addresses: String?
    @Option(help: "The end of the dial in m3.") var capacity: Int64 = 100_000_000
    @Option(help: "Litres a count, where the installation says it.") var litresPerCount: String?
    @Option(help: "What the dial showed when the counter was zero, in litres.") var dialOffset: Int64 = 0
    @Option(help: "big, little, dcba, badc or weights, where the installation says it.") var byteOrder:
        String?

    struct Document: Encodable {
        let schema = "mizumori.profile.decode/1"
        let model: String
        @OrNull var readAt: String?
        let registers: Int
        let fields: [Field]
        let channels: [Channel]
        let status: [String]
        let errors: [ProblemDocument]
    }

    struct Field: Encodable {
        let field: String
        let function: UInt8
        let address: UInt16
        let type: String
        /// Whether the dump has its registers.
        let isRead: Bool
        @OrNull var value: String?
        @OrNull var error: String?
    }

    struct Channel: Encodable {
        let channel: Int
        @OrNull var indexMl: Int64?
        @OrNull var flowMlPerHour: Int64?
        @OrNull var error: String?
    }

    func validate() throws {
        guard ReadFunction(rawValue: function) != nil else { throw ValidationError("--function: 1 to 4") }
        guard addresses.map({ AddressNumbering(rawValue: $0) != nil }) ?? true else {
            throw ValidationError("--addresses: pdu, number or modicon")
        }
        guard byteOrder.map({ ByteOrder($0) != nil }) ?? true else {
            throw ValidationError("--byte-order: big, little, dcba, badc, or weights such as 1-0-3-2")
        }
        guard litresPerCount.map({ ExactDecimal($0) != nil }) ?? true else {
            throw ValidationError("--litres-per-count: a decimal number such as 0.5")
        }
        guard (1...100_000_000).contains(capacity) else {
            throw ValidationError("--capacity: 1 to 100000000")
        }
    }

    private var voice: Voice { Voice(json: speech.json) }

    func run() async throws {
        let model = try model()
        let name = registers == "-" ? "standard input" : registers
        let content =
            registers == "-"
            ? Array(FileHandle.standardInput.readDataToEndOfFile()) : try bytes(of: registers, voice)
        let dump = RegisterDump(
            String(decoding: content, as: UTF8.self),
            named: name,
            numbering: addresses.flatMap(AddressNumbering.init) ?? model.numbering,
            function: ReadFunction(rawValue: function) ?? .holdingRegisters,
            start: from
        )
        let document = document(model, dump)
        for rejection in dump.rejections {
            voice.tell(rejection)
        }
        try voice.say(document, orText: text(document))
        if !dump.rejections.isEmpty { throw ExitCode.refused }
    }

    private func model() throws -> MeterProfile {
        let models: [MeterProfile]
        do throws(SettingsProblems) {
            models = try MeterModels.load(files: [file])
        } catch {
            try voice.refuse(error, command: "profile.decode")
        }
        guard let model = models.first else { throw ExitCode.refused }
        return model
    }

    private func document(_ model: MeterProfile, _ dump: RegisterDump) -> Document {
        let decoder = MeterDecoder(profile: model)
        let site = SiteConversion(
            dial: Dial(capacity: .cubicMetres(capacity), resolution: .millilitres(1)),
            litresPerCount: litresPerCount.flatMap { ExactDecimal($0) },
            dialOffset: .litres(dialOffset),
            byteOrder: byteOrder.flatMap { ByteOrder($0) }
        )
        let fields = model.fields.values.sorted {
            ($0.function.rawValue, $0.address, $0.name) < ($1.function.rawValue, $1.address, $1.name)
        }
        return Document(
            model: model.id.rawValue,
            readAt: dump.readAt,
            registers: dump.count,
            fields: fields.map { field(of: $0, decoder, dump.image, site) },
            channels: model.channels.keys.sorted().map { channel($0, decoder, dump.image, site) },
            status: MeterStatus.names.filter { decoder.status(in: dump.image, site).contains($0.flag) }.map(
                \.name
            ),
            errors: dump.rejections.map(ProblemDocument.init)
        )
    }

    private func field(
        of field: RegisterField,
        _ decoder: MeterDecoder,
        _ image: RegisterImage,
        _ site: SiteConversion
    ) -> Field {
        var value: String?
        var problem: String?
        var isRead = true
        do throws(RegisterDecodingError) {
            value = try decoder.value(of: field.name, in: image, site).description
        } catch {
            problem = voice.reason(error)
            if case .notRead = error { isRead = false }
        }
        return Field(
            field: field.name,
            function: field.function.rawValue,
            address: field.address,
            type: "\(field.type)",
            isRead: isRead,
            value: value,
            error: problem
        )
    }

    private func channel(
        _ channel: Int,
        _ decoder: MeterDecoder,
        _ image: RegisterImage,
        _ site: SiteConversion
    ) -> Channel {
        var index: Int64?
        var problem: String?
        do throws(RegisterDecodingError) {
            index = try decoder.index(channel: channel, image: image, site: site).index.millilitres
        } catch {
            problem = voice.reason(error)
        }
        let flow = try? decoder.flow(channel: channel, image: image, site: site)
        return Channel(
            channel: channel,
            indexMl: index,
            flowMlPerHour: flow?.millilitresPerHour,
            error: problem
        )
    }

    private func text(_ document: Document) -> String {
        var table = TextTable(
            [voice.phrase("field", "項目"), voice.phrase("address", "番地"), voice.phrase("value", "値")],
            rightAligned: [1]
        )
        for field in document.fields where field.isRead {
            table.append([
                field.field, "\(field.function)/\(field.address)", field.value ?? "(\(field.error ?? ""))",
            ])
        }
        let channels = document.channels.map { channel in
            let index = channel.indexMl.map { cubicMetres(.millilitres($0)) + " m3" } ?? channel.error ?? ""
            let flow = channel.flowMlPerHour.map { ", \($0) mL/h" } ?? ""
            return voice.phrase("channel \(channel.channel): ", "チャネル \(channel.channel): ") + index + flow
        }
        let status =
            document.status.isEmpty
            ? [] : [voice.phrase("status: ", "状態: ") + document.status.joined(separator: ", ")]
        let readAt = document.readAt.map { [voice.phrase("read at \($0)", "読取時刻 \($0)")] } ?? []
        let missing = document.fields.count { !$0.isRead }
        let rest =
            missing == 0
            ? [] : [voice.phrase("\(missing) fields not in the dump", "記録にない項目: \(missing) 件")]
        return ([table.render()] + rest + channels + status + readAt).joined(separator: "\n")
    }
}
