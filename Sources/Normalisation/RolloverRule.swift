import Metering

/// The end of the dial: after its last count a register goes on from zero.
///
/// Two indexes more than half the dial apart may be near each other the other way round. On a dial of 10,000,000 L,
/// 9,999,990 to 5 L is a fall of 9,999,985 L or a rise of 15 L; 3 to 9,999,998 L is a rise of 9,999,995 L or, as
/// jitter at zero shows, a fall of 5 L. Which of the two it is, what the pipe can sustain decides: after four silent
/// months, 9,000,000 to 44 L on a 13 mm meter may have gone round (1,000 m3), 5,100,000 to 44 L is another meter.
struct RolloverRule {
    let capacity: Volume

    init(_ dial: Dial) {
        capacity = dial.capacity
    }

    /// The same way round the other side of zero; nil when `rise` is no more than half the dial, up or down.
    func wayRound(_ rise: Volume) -> Volume? {
        if rise < .zero { return -rise > capacity + rise ? capacity + rise : nil }
        return rise > capacity - rise ? rise - capacity : nil
    }
}
