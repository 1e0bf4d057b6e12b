internal import NIOSSL

/// Whom we trust on the feed's side, and the certificate by which it knows us; all files in PEM.
public struct FeedTLS: Hashable, Sendable {
    /// Authorities to trust; nil for the system's.
    public let authorityFile: String?
    /// Ours, those between it and its authority behind it; nil for none.
    public let certificateFile: String?
    /// The key of ours.
    public let keyFile: String?
    /// Changes with the files' contents, so that a new certificate under an old name is noticed.
    public let edition: String

    public init(
        authorityFile: String? = nil,
        certificateFile: String? = nil,
        keyFile: String? = nil,
        edition: String = ""
    ) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.edition = edition
    }

    /// Whether the files can be used as they are; nothing is connected.
    ///
    /// - Throws: `.badCertificate` when one can't be read, or the key is another certificate's.
    public func check() throws(FeedError) {
        let configuration = try configuration()
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw FeedError(.badCertificate, "the certificate and its key do not go together: \(error)")
        }
    }

    func configuration() throws(FeedError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorityFile {
            let authorities = try FeedTLS.certificates(in: authorityFile)
            configuration.trustRoots = .certificates(authorities)
        }
        if let certificateFile, let keyFile {
            let chain = try FeedTLS.certificates(in: certificateFile)
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(try FeedTLS.key(in: keyFile))
        }
        return configuration
    }

    private static func certificates(in file: String) throws(FeedError) -> [NIOSSLCertificate] {
        do {
            let found = try NIOSSLCertificate.fromPEMFile(file)
            if !found.isEmpty { return found }
        } catch {
            throw FeedError(.badCertificate, "\(file): expected certificates in PEM: \(error)")
        }
        throw FeedError(.badCertificate, "\(file): expected certificates in PEM, found none")
    }

    private static func key(in file: String) throws(FeedError) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(file: file, format: .pem)
        } catch {
            throw FeedError(
                .badCertificate,
                "\(file): expected a private key in PEM, not encrypted: \(error)"
            )
        }
    }
}
