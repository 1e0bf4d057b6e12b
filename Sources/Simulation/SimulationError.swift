import Glibc

/// Why a simulated part could not be set up.
public struct SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ message: String, _ cause: CInt) {
        description = message + ": " + String(cString: strerror(cause))
    }
}
