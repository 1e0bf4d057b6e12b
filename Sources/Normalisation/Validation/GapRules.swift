import Metering

/// `interval-size` and `prolonged-estimation`: where readings lie too far apart to tell when the water flowed.
///
/// Hourly: 10:00 to 11:30 is an interval, 10:00 to 11:31 a gap, whose volume is exact and whose shape is unknown. From
/// 72 hours on it is prolonged: every shape in it is estimated.
struct GapRules {
    private let settings: ValidationSettings

    init(_ settings: ValidationSettings) {
        self.settings = settings
    }

    func notes(on series: UsageSeries) -> [ValidationNote] {
        series.steps.flatMap { step -> [ValidationNote] in
            guard step.seconds * 2 > settings.intervalSeconds * 3 else { return [] }
            let isProlonged = step.seconds >= settings.prolongedHours * 3_600
            let rules: [ValidationRule] = [.intervalSize] + (isProlonged ? [.prolongedEstimation] : [])
            return rules.map {
                ValidationNote($0, step.from..<step.to, volume: step.kind == .unexplained ? nil : step.volume)
            }
        }
    }
}
