import Metering

/// A place where people work, and which uses nothing at night.
struct ShopHours: Sendable {
    let opens: Int
    let closes: Int
    /// The day of the week on which it stays closed, 0 for Sunday.
    let closedWeekday: Int
    let litresPerHour: Int

    /// A fiftieth of the permanent flow in an hour, more or less: 50 L/h at 13 mm, 800 L/h at 50 mm.
    init(opens: Int, closes: Int, of point: ServicePoint, _ random: inout SeededRandom) {
        self.opens = opens
        self.closes = closes
        closedWeekday = random.integer(in: 0...2)
        let permanent = Int(point.calibre.permanentFlow.roundedLitresPerHour)
        litresPerHour = permanent * random.integer(in: 14...26) / 1_000
    }

    /// Something in three of four stretches of ten minutes, most at noon and in the evening, and cleaning at the end.
    func uses(on day: LocalDay, _ random: inout SeededRandom) -> [WaterUse] {
        guard day.weekday != closedWeekday else { return [] }
        var uses: [WaterUse] = []
        for stretch in opens * 6..<closes * 6 where random.chance(750) {
            let hour = stretch / 6
            let isBusy = (11...13).contains(hour) || (18...20).contains(hour)
            let share = litresPerHour * (isBusy ? 1_500 : 800) / 6
            uses.append(
                WaterUse(
                    at: stretch * 600 + random.integer(in: 0...200),
                    lasting: 300,
                    millilitres: share * random.integer(in: 50...150) / 100
                )
            )
        }
        let cleaning = litresPerHour * random.integer(in: 800...1_500)
        uses.append(WaterUse(at: closes * 3_600 + 300, lasting: 1_500, millilitres: cleaning))
        return uses
    }
}

/// Many people behind one meter, or a house that never sleeps: the flow falls at night but does not stop.
struct FlatsHabits: Sendable {
    /// What always runs, in litres an hour.
    let base: Int
    let litresPerDay: Int

    init(of point: ServicePoint, _ random: inout SeededRandom) {
        let permanent = Int(point.calibre.permanentFlow.roundedLitresPerHour)
        base = max(12, permanent / 500) + random.integer(in: 4...8)
        litresPerDay = permanent * random.integer(in: 450...650) / 1_000
    }

    /// Thousandths of a day's use in each hour of the day.
    private static let shares = [
        12, 6, 4, 4, 6, 18, 55, 80, 70, 50, 42, 42, 46, 40, 34, 34, 38, 52, 70, 82, 80, 66, 46, 23,
    ]

    func uses(_ random: inout SeededRandom) -> [WaterUse] {
        var uses = [WaterUse(at: 0, lasting: 86_400, millilitres: base * 24_000)]
        for stretch in 0..<288 {
            let share = litresPerDay * FlatsHabits.shares[stretch / 12] / 12
            uses.append(
                WaterUse(
                    at: stretch * 300,
                    lasting: 300,
                    millilitres: share * random.integer(in: 30...170) / 100
                )
            )
        }
        return uses
    }
}
