/// Which files of the other machine were fetched: a line each in `.fetched`, its size, its time there and its name.
///
/// A file that changed there is another one. Written after the file; a crash between the two fetches it once more.
struct FetchLedger {
    private static let name = ".fetched"

    private var lines: Set<String>

    init(_ folder: DropFolder) {
        let text = folder.text(of: FetchLedger.name) ?? ""
        lines = Set(text.split(separator: "\n").map(String.init))
    }

    func has(_ file: RemoteFile) -> Bool {
        lines.contains(file.description)
    }

    mutating func add(_ file: RemoteFile, in folder: DropFolder) throws {
        lines.insert(file.description)
        let text = lines.sorted().joined(separator: "\n") + "\n"
        try folder.write(Array(text.utf8), as: FetchLedger.name)
    }
}
