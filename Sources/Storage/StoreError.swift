internal import GRDB

/// Why the store refused or failed: what it was doing, what SQLite or the system said.
///
/// After any of them, what was stored before is untouched: a write is a transaction, kept whole or not at all.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Code
    public let message: String
    /// The words of SQLite or of the system, where they said any.
    public let cause: String?

    public enum Code: String, Hashable, Sendable {
        /// A later version of this program wrote the file; nothing is read from it.
        case newerSchema = "newer_schema"
        /// The file is no database, or its pages contradict each other.
        case damaged
        /// The disk is full.
        case full
        case readOnly = "read_only"
        /// Another collector holds the data folder.
        case locked
        /// Another process was writing for longer than the busy time-out.
        case busy
        /// What was named is not stored: a service point, an incident, a mail.
        case notFound = "not_found"
        /// What was to be stored contradicts what is.
        case conflicting
        case failed
    }

    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}

extension StoreError {
    /// Gives an error met inside a transaction its code; an error of ours passes through.
    init(_ error: any Error, during task: String) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError:
            let words = error.message ?? error.resultCode.description
            self.init(Code(error.resultCode), "could not \(task)", cause: words)
        default:
            self.init(.failed, "could not \(task)", cause: String(describing: error))
        }
    }
}

extension StoreError.Code {
    init(_ result: ResultCode) {
        switch result {
        case .SQLITE_FULL: self = .full
        case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        default: self = .failed
        }
    }
}
