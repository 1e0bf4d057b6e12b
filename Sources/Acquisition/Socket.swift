import Glibc

/// A TCP connection for RTU frames, which libmodbus does not open itself.
enum Socket {
    /// Connects to the first of the host's addresses that accepts.
    ///
    /// - Returns: a connected descriptor, or -1 with `errno`.
    static func connect(host: String, port: Int, within seconds: CInt) -> CInt {
        // libmodbus writes to it as to a device; on a closed connection that would end the process.
        signal(SIGPIPE, SIG_IGN)
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0 else {
            errno = EHOSTUNREACH
            return -1
        }
        defer { freeaddrinfo(found) }
        var cause = EHOSTUNREACH
        var next = found
        while let address = next?.pointee {
            let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
            cause = descriptor < 0 ? errno : connect(descriptor, to: address, within: seconds)
            if cause == 0 { return descriptor }
            if descriptor >= 0 { close(descriptor) }
            next = address.ai_next
        }
        errno = cause
        return -1
    }

    /// Connects without blocking for longer than `seconds`, and leaves the descriptor blocking.
    ///
    /// - Returns: 0, or the `errno` of the failure.
    private static func connect(_ descriptor: CInt, to address: addrinfo, within seconds: CInt) -> CInt {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
            guard errno == EINPROGRESS else { return errno }
            var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&question, 1, seconds * 1_000) > 0 else { return ETIMEDOUT }
            var cause: CInt = 0
            var length = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &cause, &length)
            guard cause == 0 else { return cause }
        }
        _ = fcntl(descriptor, F_SETFL, flags)
        var yes: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
        return 0
    }
}
