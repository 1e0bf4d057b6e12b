import Foundation
import Glibc

/// Seconds of work by the clock that only goes forward.
struct Stopwatch {
    private let begun = ContinuousClock().now

    var seconds: Double {
        let elapsed = ContinuousClock().now - begun
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    }

    /// The median of five.
    static func median(_ work: () async throws -> Void) async rethrows -> Double {
        var times: [Double] = []
        for _ in 0..<5 {
            let watch = Stopwatch()
            try await work()
            times.append(watch.seconds)
        }
        return times.sorted()[2]
    }

    /// The most memory that this process ever held.
    static var peakMemoryKB: Int {
        var usage = rusage()
        getrusage(CInt(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}
