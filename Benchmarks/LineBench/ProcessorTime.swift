import Glibc

/// What this process costs the processor, from a moment on.
struct ProcessorTime {
    private let began = ProcessorTime.spent

    var elapsed: Duration { ProcessorTime.spent - began }

    /// User and system time of all threads since the process began.
    private static var spent: Duration {
        var usage = rusage()
        getrusage(CInt(RUSAGE_SELF.rawValue), &usage)
        return Duration(usage.ru_utime) + Duration(usage.ru_stime)
    }
}

extension Duration {
    fileprivate init(_ time: timeval) {
        self = .seconds(time.tv_sec) + .microseconds(time.tv_usec)
    }

    /// With fractions, for printing.
    var inMicroseconds: Double {
        Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12
    }
}

extension [Double] {
    /// The middle value, or the mean of the two; nothing is zero.
    var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
