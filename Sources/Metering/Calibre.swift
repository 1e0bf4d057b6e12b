/// A meter's bore (口径), in millimetres, and what may flow through it.
public struct Calibre: Hashable, Sendable, Comparable {
    public let millimetres: Int

    public init(millimetres: Int) {
        self.millimetres = millimetres
    }

    /// Q3, the permanent flow of the smallest listed bore that is not smaller than this one.
    ///
    /// 13 mm: 2.5 m3/h, 20: 4, 25: 6.3, 30: 10, 40: 16, 50: 40, 75: 63, 100: 100. General knowledge of the trade,
    /// to be checked against the nameplate; beyond 100 mm the area of the pipe scales the last row.
    public var permanentFlow: Flow {
        let row = Calibre.rows.first { $0.millimetres >= millimetres }
        if let row { return .litresPerHour(row.litresPerHour) }
        return .litresPerHour(Int64(millimetres * millimetres) * 10)
    }

    /// Q4 = 1.25 x Q3, more than which a meter of this bore can't pass for long.
    public var overloadFlow: Flow {
        .millilitresPerHour(permanentFlow.millilitresPerHour / 4 * 5)
    }

    /// What a place with this bore uses at most in a month of 30 days, when all is well.
    ///
    /// 13 mm: 80 m3, 20: 170, 25: 200, 30: 350, 40: 700, 50: 2,100, 75: 6,500 (佐渡市's published guide, 月間使用水量の目安).
    /// Beyond 75 mm the area of the pipe scales the last row: 100 mm: 11,555 m3.
    public var monthlyCeiling: Volume {
        let row = Calibre.ceilings.first { $0.millimetres >= millimetres }
        if let row { return .cubicMetres(row.cubicMetres) }
        return .cubicMetres(6_500 * Int64(millimetres * millimetres) / (75 * 75))
    }

    public static func < (a: Calibre, b: Calibre) -> Bool {
        a.millimetres < b.millimetres
    }

    private static let rows: [(millimetres: Int, litresPerHour: Int64)] = [
        (13, 2_500), (20, 4_000), (25, 6_300), (30, 10_000), (40, 16_000), (50, 40_000), (75, 63_000),
        (100, 100_000),
    ]

    private static let ceilings: [(millimetres: Int, cubicMetres: Int64)] = [
        (13, 80), (20, 170), (25, 200), (30, 350), (40, 700), (50, 2_100), (75, 6_500),
    ]
}
