import ArgumentParser
import Console
import Gateway
import Metering
import Storage

/// One kind of event as a command of its own.
protocol RecordedKind {
    static var kind: EventKind { get }
}

extension Record {
    /// The kinds of events by their commands.
    static let events: [any ParsableCommand.Type] = [
        RecordEvent<HandReadingKind>.self, RecordEvent<OpenKind>.self, RecordEvent<CloseKind>.self,
        RecordEvent<SuspendKind>.self, RecordEvent<VacantKind>.self, RecordEvent<OccupiedKind>.self,
        RecordEvent<TankKind>.self, RecordEvent<OpenAllDayKind>.self, RecordEvent<FrostRunningKind>.self,
        RecordEvent<SnowMeltingKind>.self, RecordEvent<FireTankKind>.self, RecordEvent<ConsentKind>.self,
        RecordEvent<ConsentWithdrawnKind>.self, RecordEvent<PlannedOutageKind>.self,
        RecordEvent<LeakFoundKind>.self,
    ]
}

enum HandReadingKind: RecordedKind { static let kind = EventKind.handReading }
enum OpenKind: RecordedKind { static let kind = EventKind.open }
enum CloseKind: RecordedKind { static let kind = EventKind.close }
enum SuspendKind: RecordedKind { static let kind = EventKind.suspend }
enum VacantKind: RecordedKind { static let kind = EventKind.vacant }
enum OccupiedKind: RecordedKind { static let kind = EventKind.occupied }
enum TankKind: RecordedKind { static let kind = EventKind.tank }
enum OpenAllDayKind: RecordedKind { static let kind = EventKind.openAllDay }
enum FrostRunningKind: RecordedKind { static let kind = EventKind.frostRunning }
enum SnowMeltingKind: RecordedKind { static let kind = EventKind.snowMelting }
enum FireTankKind: RecordedKind { static let kind = EventKind.fireTank }
enum ConsentKind: RecordedKind { static let kind = EventKind.consent }
enum ConsentWithdrawnKind: RecordedKind { static let kind = EventKind.consentWithdrawn }
enum PlannedOutageKind: RecordedKind { static let kind = EventKind.plannedOutage }
enum LeakFoundKind: RecordedKind { static let kind = EventKind.leakFound }

/// Records one event of one kind.
struct RecordEvent<Kind: RecordedKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Kind.kind.rawValue,
            abstract: "\(Kind.kind.japanese): \(Kind.kind.abstract)"
        )
    }

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Argument(help: "A service point (S-00001).") var point: String?
    @Option(help: "A district instead of a point, for planned_outage.") var area: String?
    @Option(help: "When: 2026-03-01T10:00, in Japan unless it has a zone.") var at: String
    @Option(help: "Until when, for what lasts.") var until: String?
    @Option(help: "Whole m3 of the dial, for hand_reading.") var index: String?
    @Option(help: "A reference number; never a name or an address.") var detail = ""
    @Option(help: "Who did it or says so.") var by: String
    @Option(help: "Why.") var reason: String

    func validate() throws {
        guard (point == nil) != (area == nil) else {
            throw ValidationError("either a service point or --area")
        }
        for text in [at, until].compactMap(\.self) where parsedInstant(text) == nil {
            throw ValidationError("--at, --until: such as 2026-03-01T10:00; found \(text)")
        }
        guard index == nil || index.flatMap(dialVolume) != nil else {
            throw ValidationError("--index: whole m3 such as 1234")
        }
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let command = "record.\(Kind.kind.rawValue)"
        let (configuration, store) = try await folders.registered(voice, command: command)
        let event = PointEvent(
            place: point.map { .point(ServicePoint.ID($0)) } ?? .area(area ?? ""),
            kind: Kind.kind,
            at: parsedInstant(at) ?? presentInstant(),
            until: until.flatMap(parsedInstant),
            index: index.flatMap(dialVolume),
            detail: detail,
            by: by,
            reason: reason
        )
        let outcome = try await voice.refusing {
            try await EventBook(pilot: configuration.pilot, store: store).record(event, at: presentInstant())
        }
        let document = RecordedEventDocument(
            schema: "mizumori.\(command)/1",
            event: outcome.id.description,
            isNew: outcome.isNew,
            held: outcome.held?.rawValue
        )
        try voice.say(document, orText: text(outcome, voice))
    }

    private func text(_ outcome: EventBook.Outcome, _ voice: Voice) -> String {
        let recorded =
            outcome.isNew
            ? voice.phrase("\(outcome.id) recorded", "\(outcome.id) \(Kind.kind.japanese)を記録しました")
            : voice.phrase("\(outcome.id) known already", "\(outcome.id) は既に記録済みです")
        guard let held = outcome.held else { return recorded }
        return recorded + "\n" + held.words(voice)
    }
}

/// What recording an event prints as JSON.
struct RecordedEventDocument: Encodable {
    let schema: String
    let event: String
    let isNew: Bool
    @OrNull var held: String?
}

extension RecordedEvent.Hold {
    /// Why a hand reading waits for a person.
    func words(_ voice: Voice) -> String {
        switch self {
        case .below:
            voice.phrase(
                "held: below the last index, and no exchange explains it",
                "要確認: 前回の指針を下回り、メーター交換の記録もありません"
            )
        case .above:
            voice.phrase("held: more than the pipe can have carried", "要確認: 口径から考えられる水量を超えています")
        }
    }
}

extension EventKind {
    /// What the command's help says.
    fileprivate var abstract: String {
        switch self {
        case .handReading: "a dial read by eye, in whole m3 (--index)"
        case .open: "water turned on for a contract"
        case .close: "the end of a contract, water turned off"
        case .suspend: "use suspended for a time"
        case .vacant: "the place is empty"
        case .occupied: "the place is empty no more"
        case .tank: "a receiving tank, which fills at night"
        case .openAllDay: "open round the clock"
        case .frostRunning: "water kept running against frost"
        case .snowMelting: "tap water melts snow"
        case .fireTank: "a tank for fire fighting"
        case .consent: "the resident agrees to be watched over (--detail: number of the application)"
        case .consentWithdrawn: "the resident agrees no more"
        case .plannedOutage: "water is cut off for works, at a point or in an area"
        case .leakFound: "a leak that somebody else found"
        }
    }
}
