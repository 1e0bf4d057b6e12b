/// The thresholds of every rule.
///
/// They are data: each has its name, its unit and its place in the configuration.
public struct DetectionRules: Hashable, Sendable {
    /// Part of every finding, so that a changed threshold can be told from a changed pipe.
    public var version = 1
    public var continuousFlow = ContinuousFlow()
    public var burst = Burst()
    public var noData = NoData()
    public var stuck = Stuck()
    /// How long a clock must be off to be a finding, in hours.
    public var clockHours: Int64 = 24
    /// How long a fall or a jump that nobody has explained stays a finding, in days.
    public var discontinuityDays = 28

    public static let shipped = DetectionRules()

    public init() {}

    /// Flow that never stops.
    public struct ContinuousFlow: Hashable, Sendable {
        /// How many known hours must all show flow: in homes, at vacant places, and where people work at night.
        public var dwellingHours = 40
        public var vacantHours = 12
        public var otherHours = 72
        /// The smallest flow in litres an hour that counts as flow, by bore up to 25, up to 40 mm and above.
        public var floorLitresPerHour: [Int64] = [1, 5, 20]
        /// How many known hours must show counts on a register that counts in more than 5 L.
        public var coarseHours = 72
        /// On such a register, the longest run of hours without a count that a leak may leave.
        public var coarseZeroHours = 3
        /// Where it never gets quiet: how far the quietest hour must rise above its usual value, in percent.
        public var risePercent: Int64 = 180
        /// How many nights must be known before a usual value can be told.
        public var baselineNights = 7
        /// A run that ended less than this many hours before the newest data is still told, since a feed brings a
        /// day at once.
        public var memoryHours: Int64 = 24

        public init() {}
    }

    /// Far more than the place ever uses.
    public struct Burst: Hashable, Sendable {
        /// Of the calibre's permanent flow Q3.
        public var percentOfPermanentFlow: Int64 = 25
        /// Times the place's own 95th percentile hour.
        public var timesUsualPeak: Int64 = 5
        public var hours: Int64 = 2
        /// How many known hours of the past make a usual peak.
        public var baselineHours = 72
        public var memoryHours: Int64 = 24

        public init() {}
    }

    /// Silence.
    public struct NoData: Hashable, Sendable {
        /// Beyond the delay that the path has anyway.
        public var silentHours: Int64 = 48

        public init() {}
    }

    /// An index that does not move where water was used.
    public struct Stuck: Hashable, Sendable {
        public var days: Int64 = 14
        /// The usual use, in litres a day, below which standing still proves nothing.
        public var usualLitresPerDay: Int64 = 20

        public init() {}
    }
}
