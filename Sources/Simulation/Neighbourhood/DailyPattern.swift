import Metering

/// How a kind of place uses water on a given day.
enum DailyPattern: Sendable {
    case empty
    case home(HomeHabits)
    case shop(ShopHours)
    case flats(FlatsHabits)

    /// The pattern of a service point, by its use class and bore.
    ///
    /// A class that is not known is a shop that closes at night.
    init(of point: ServicePoint, dial: Dial, seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: "\(point.id)/habits")
        let isCoarse = dial.resolution > .litres(1)
        switch point.useClass.name {
        case _ where point.isVacant || point.useClass.name == "vacant": self = .empty
        case "apartment_master", "care_home", "convenience_store", "hospital":
            self = .flats(FlatsHabits(of: point, &random))
        case "restaurant": self = .shop(ShopHours(opens: 10, closes: 22, of: point, &random))
        case _ where point.useClass.isDwelling:
            let garden = point.useClass.name.hasSuffix("garden")
            self = .home(HomeHabits(hasGarden: garden, isCoarse: isCoarse, &random))
        default: self = .shop(ShopHours(opens: 8, closes: 18, of: point, &random))
        }
    }

    /// What is used on `day`.
    ///
    /// - Parameters:
    ///   - day: any day; each has a stream of numbers of its own.
    ///   - stream: the name of the place's streams.
    ///   - seed: the run's seed.
    /// - Returns: the uses in no order.
    func uses(on day: LocalDay, stream: String, seed: UInt64) -> [WaterUse] {
        var random = SeededRandom(seed: seed, stream: "\(stream)/\(day)")
        switch self {
        case .empty: return []
        case .home(let habits):
            guard !Absence.covers(day, stream: stream, seed: seed) else { return [] }
            return habits.uses(on: day, &random)
        case .shop(let hours): return hours.uses(on: day, &random)
        case .flats(let habits): return habits.uses(&random)
        }
    }
}

/// Days on which nobody is at home.
enum Absence {
    private static let blockDays = 45

    /// One journey of 1-4 days in most blocks of 45 days; never two that touch.
    static func covers(_ day: LocalDay, stream: String, seed: UInt64) -> Bool {
        let block = day.daysSince1970 / blockDays
        var random = SeededRandom(seed: seed, stream: "\(stream)/absence/\(block)")
        guard random.chance(700) else { return false }
        let first = block * blockDays + random.integer(in: 2...35)
        return (first..<first + random.integer(in: 1...4)).contains(day.daysSince1970)
    }
}
