/// A file as the other machine lists it.
struct RemoteFile: Hashable, Sendable, CustomStringConvertible {
    let name: String
    let bytes: Int
    /// As the listing writes it: `Jan 24 05:41`.
    let changed: String

    init(name: String, bytes: Int, changed: String) {
        self.name = name
        self.bytes = bytes
        self.changed = changed
    }

    var description: String { "\(bytes)\t\(changed)\t\(name)" }

    /// Reads one line of a listing, as OpenSSH and most others write it (`ls -l`); nil for another form.
    ///
    /// - Parameter line: `-rw-r--r--    1 water    water        1234 Jan 24 05:41 WATER_20240124_01.csv`
    init?(_ line: Substring) {
        let fields = line.split(separator: " ", maxSplits: 8).map(String.init)
        guard fields.count == 9, let bytes = Int(fields[4]), bytes >= 0 else { return nil }
        self.init(name: fields[8], bytes: bytes, changed: fields[5...7].joined(separator: " "))
    }

    /// The plain files of a whole listing.
    ///
    /// - Parameter text: the listing.
    /// - Returns: the files in order of their names; names that lead elsewhere are none.
    /// - Throws: `SFTPError` when a line is in another form: not to see a file is to lose it.
    static func list(_ text: String) throws(SFTPError) -> [RemoteFile] {
        var files: [RemoteFile] = []
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("-") {
            guard let file = RemoteFile(line) else {
                throw SFTPError(.listing, "expected a line as `ls -l` writes it, found \(line.prefix(120))")
            }
            guard !file.name.contains("/"), file.name != ".", file.name != ".." else { continue }
            files.append(file)
        }
        return files.sorted { $0.name < $1.name }
    }
}

/// Why nothing came from the other machine.
struct SFTPError: Error, Hashable, Sendable, CustomStringConvertible {
    let code: Code
    let message: String

    enum Code: Hashable, Sendable {
        case unreachable
        /// The host is not the known one.
        case stranger
        /// The other side does not believe us.
        case login
        /// About one file, which keeps no other from coming.
        case file
        case listing
    }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    var description: String { message }
}
