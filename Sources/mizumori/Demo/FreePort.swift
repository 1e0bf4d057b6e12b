import Glibc

/// Finds a port of this machine on which nobody listens.
enum FreePort {
    struct NoneLeft: Error {}

    /// Asks the system for one and gives it back, so that a server started right after can take it.
    static func find() throws -> Int {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw NoneLeft() }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                bind(descriptor, socketAddress, size) == 0
                    && getsockname(descriptor, socketAddress, &size) == 0
            }
        }
        guard bound else { throw NoneLeft() }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
