/// Everything that says how readings become a series that can be trusted, and what is noted of it: `validation.yaml`.
public struct SeriesTerms: Hashable, Sendable {
    public static let shipped = SeriesTerms()

    /// Part of the name of every note and estimate (`spike/2`), so that an old one can be told from a new one.
    public var version = 1
    public var index = IndexSettings()
    public var validation = ValidationSettings()
    public var estimation = EstimationSettings()
    public var clock = ClockSettings()

    public init() {}
}
