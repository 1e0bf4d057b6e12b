import Metering

/// The habits of one home.
///
/// Three people use about 500 L a day: a bath of 150-200 L in the evening, showers, toilets of 6 L, cooking, washing.
/// Nobody uses anything between 00:50 and 05:20, except that in three nights of ten somebody gets up once.
struct HomeHabits: Sendable {
    let people: Int
    /// When the first gets up on a working day, in seconds of the day.
    let wakes: Int
    /// When the last goes to bed.
    let sleeps: Int
    let isHomeByDay: Bool
    let bathLitres: Int
    let washPermille: Int
    let hasGarden: Bool
    /// Whether the register counts so coarsely that a use in the small hours would look like a leak's count.
    let isCoarse: Bool

    init(hasGarden: Bool, isCoarse: Bool, _ random: inout SeededRandom) {
        people = random.integer(in: 1...5)
        wakes = random.integer(in: 20_400...25_800)
        sleeps = random.integer(in: 80_400...84_900)
        isHomeByDay = random.chance(400)
        bathLitres = random.integer(in: 140...200)
        washPermille = min(950, 300 + people * 150)
        self.hasGarden = hasGarden
        self.isCoarse = isCoarse
    }

    func uses(on day: LocalDay, _ random: inout SeededRandom) -> [WaterUse] {
        let isWeekend = day.weekday == 0 || day.weekday == 6
        var uses = morning(isWeekend ? wakes + 4_500 : wakes, &random)
        uses += daytime(isWeekend || isHomeByDay, &random)
        uses += evening(&random)
        uses += washing(&random)
        if random.chance(300) { uses.append(night(&random)) }
        if isWeekend, random.chance(150) {
            let length = random.integer(in: 600...1_500)
            uses.append(use(at: 36_000...57_600, lasting: length, litres: 60...150, &random))
        }
        if hasGarden, (4...10).contains(day.month.month), random.chance(500) {
            uses.append(use(at: 61_200...64_800, lasting: 1_500, litres: 80...200, &random))
        }
        return uses
    }

    private func morning(_ wakes: Int, _ random: inout SeededRandom) -> [WaterUse] {
        var uses: [WaterUse] = []
        for _ in 0..<people {
            let start = wakes + random.integer(in: 0...2_400)
            uses.append(toilet(at: start, &random))
            uses.append(use(at: start + 60...start + 900, lasting: 60, litres: 2...5, &random))
        }
        uses.append(use(at: wakes + 600...wakes + 3_000, lasting: 240, litres: 5...12, &random))
        return uses
    }

    private func daytime(_ isSomebodyIn: Bool, _ random: inout SeededRandom) -> [WaterUse] {
        guard isSomebodyIn else { return [] }
        let count = random.integer(in: 1...2 + people)
        let toilets = (0..<count).map { _ in toilet(at: random.integer(in: 32_400...63_000), &random) }
        let lunch = use(at: 41_400...46_800, lasting: 420, litres: 6...18, &random)
        return toilets + [lunch]
    }

    private func evening(_ random: inout SeededRandom) -> [WaterUse] {
        var uses = [
            use(at: 63_000...67_800, lasting: 600, litres: 8...18, &random),
            use(at: 68_400...73_800, lasting: 600, litres: 10...24, &random),
        ]
        if random.chance(800) {
            uses.append(use(at: 66_600...75_000, lasting: 900, litres: bathLitres...bathLitres + 10, &random))
        }
        for _ in 0..<people {
            if random.chance(800) {
                uses.append(use(at: 69_000...80_000, lasting: 360, litres: 28...48, &random))
            }
            for _ in 0..<random.integer(in: 1...3) {
                uses.append(toilet(at: random.integer(in: 63_000...sleeps), &random))
            }
        }
        return uses
    }

    private func washing(_ random: inout SeededRandom) -> [WaterUse] {
        guard random.chance(washPermille) else { return [] }
        let start =
            isHomeByDay ? random.integer(in: 28_800...36_000) : random.integer(in: 72_000...76_000)
        return [0, 900, 1_800].map { delay in
            WaterUse(at: start + delay, lasting: 180, millilitres: random.integer(in: 24_000...36_000))
        }
    }

    private func night(_ random: inout SeededRandom) -> WaterUse {
        toilet(at: isCoarse ? random.integer(in: 600...2_900) : random.integer(in: 1_200...16_500), &random)
    }

    private func toilet(at second: Int, _ random: inout SeededRandom) -> WaterUse {
        WaterUse(at: second, lasting: 50, millilitres: random.integer(in: 4_800...7_500))
    }

    private func use(
        at start: ClosedRange<Int>,
        lasting seconds: Int,
        litres: ClosedRange<Int>,
        _ random: inout SeededRandom
    ) -> WaterUse {
        let millilitres = litres.lowerBound * 1_000...litres.upperBound * 1_000
        return WaterUse(
            at: random.integer(in: start),
            lasting: seconds,
            millilitres: random.integer(in: millilitres)
        )
    }
}
