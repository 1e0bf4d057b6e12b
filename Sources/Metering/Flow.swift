/// A rate of flow, stored as whole millilitres an hour.
public struct Flow: Hashable, Sendable, Comparable {
    public let millilitresPerHour: Int64

    public static let zero = Flow(millilitresPerHour: 0)

    public static func millilitresPerHour(_ count: Int64) -> Flow {
        Flow(millilitresPerHour: count)
    }

    public static func litresPerHour(_ count: Int64) -> Flow {
        Flow(millilitresPerHour: count * 1_000)
    }

    /// The mean flow that moves `volume` in `seconds`, cut towards zero; zero over no time at all.
    ///
    /// 10 L in 1,800 s are 20 L/h.
    public static func moving(_ volume: Volume, inSeconds seconds: Int64) -> Flow {
        guard seconds > 0 else { return .zero }
        let exact = Int128(volume.millilitres) * 3_600 / Int128(seconds)
        return Flow(millilitresPerHour: Int64(clamping: exact))
    }

    /// What this flow moves in `seconds`, cut towards zero: 20 L/h in 1,800 s are 10 L.
    public func volume(inSeconds seconds: Int64) -> Volume {
        .millilitres(Int64(clamping: Int128(millilitresPerHour) * Int128(seconds) / 3_600))
    }

    /// The nearest whole litre an hour, halves up.
    public var roundedLitresPerHour: Int64 {
        Volume.millilitres(millilitresPerHour).roundedLitres
    }

    public static func < (a: Flow, b: Flow) -> Bool {
        a.millilitresPerHour < b.millilitresPerHour
    }

    private init(millilitresPerHour: Int64) {
        self.millilitresPerHour = millilitresPerHour
    }
}
