internal import Metering

/// Counts in the text format that Prometheus reads (exposition format 0.0.4).
struct PrometheusText {
    private(set) var text = ""

    init(_ counts: Counts) {
        add("readings_total", "counter", "Readings stored.", counts.readings)
        add("captures_total", "counter", "Answers and records stored as they came.", counts.captures)
        add("quarantined_total", "counter", "Records put aside with a reason.", counts.quarantined)
        add("mails_waiting", "gauge", "Mails that have to go out.", counts.mailsWaiting)
        add("mails_failing", "gauge", "Mails with a failed attempt.", counts.mailsFailing)
        add("incidents_open", "gauge", "Incidents that nobody has ended.", counts.incidentsOpen)
        if let lastCommit = counts.lastCommit {
            add(
                "last_commit_timestamp_seconds",
                "gauge",
                "When data were last made durable.",
                Int(lastCommit.secondsSince1970)
            )
        }
        add("path_up", "gauge", "Whether a path answers; absent while it was not asked yet.", counts.paths)
        add(counts.units)
    }

    private mutating func add(_ units: [UnitHealth]) {
        open("exchanges_total", "counter", "Questions to a unit, by how they went.")
        for unit in units {
            for (kind, count) in unit.byKind.sorted(by: { $0.key < $1.key }) {
                text += "mizumori_exchanges_total{\(labels(of: unit)),kind=\"\(kind)\"} \(count)\n"
            }
        }
        open("strays_total", "counter", "Pieces that answered nothing while a unit was asked.")
        for unit in units { text += "mizumori_strays_total{\(labels(of: unit))} \(unit.strays)\n" }
        open("turnaround_microseconds", "gauge", "From the last request to its whole answer.")
        for unit in units {
            guard let duration = unit.lastTurnaroundMicroseconds else { continue }
            text += "mizumori_turnaround_microseconds{\(labels(of: unit))} \(duration)\n"
        }
    }

    private func labels(of unit: UnitHealth) -> String {
        "line=\"\(PrometheusText.escaped(unit.path.rawValue))\",unit=\"\(unit.unit)\""
    }

    private mutating func add(_ name: String, _ kind: String, _ help: String, _ value: Int) {
        open(name, kind, help)
        text += "mizumori_\(name) \(value)\n"
    }

    private mutating func add(_ name: String, _ kind: String, _ help: String, _ paths: [PathHealth]) {
        open(name, kind, help)
        for path in paths {
            guard let isUp = path.isUp else { continue }
            text += "mizumori_\(name){path=\"\(PrometheusText.escaped(path.id.rawValue))\"} \(isUp ? 1 : 0)\n"
        }
    }

    private mutating func open(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP mizumori_\(name) \(help)\n# TYPE mizumori_\(name) \(kind)\n"
    }

    private static func escaped(_ label: String) -> String {
        label.map { character in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n", "\r\n": "\\n"
            default: String(character)
            }
        }.joined()
    }
}
