internal import Foundation

/// The files of one drop folder: what lies there, and where it goes.
///
/// ```
/// FOLDER/NAME            waits            FOLDER/done/NAME       was taken
/// FOLDER/.NAME.part      is being fetched FOLDER/refused/NAME    was not, NAME.reason.txt says why
/// ```
///
/// Moving is a rename within one file system. A crash before it leaves the file where it was, and taking it again
/// changes nothing.
struct DropFolder {
    static let done = "done"
    static let refused = "refused"
    /// Ends of names that senders give to files that they still write.
    private static let unfinished = [".part", ".tmp", ".temp", ".filepart", ".swp", "~"]
    private static let reason = ".reason.txt"

    let path: String
    /// Ends of names that only stand beside others.
    let companions: [String]

    /// What is seen of a file without opening it.
    struct Entry: Hashable {
        let name: String
        let bytes: Int
        let changed: Date
    }

    private var files: FileManager { .default }

    /// The files that wait, in order of their names; the folder is made when there is none.
    func waiting() throws -> [Entry] {
        try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        return try files.contentsOfDirectory(atPath: path).sorted().compactMap(entry)
    }

    func has(_ name: String) -> Bool {
        files.fileExists(atPath: "\(path)/\(name)")
    }

    /// A file's bytes; nil when it can't be read.
    func bytes(of name: String) -> [UInt8]? {
        files.contents(atPath: "\(path)/\(name)").map { [UInt8]($0) }
    }

    func text(of name: String) -> String? {
        bytes(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Writes a file that others see only whole, and that survives a power cut once it has its name.
    func write(_ bytes: [UInt8], as name: String) throws {
        let part = URL(fileURLWithPath: "\(path)/.\(name).part")
        try Data(bytes).write(to: part)
        let handle = try FileHandle(forUpdating: part)
        try handle.synchronize()
        try handle.close()
        guard rename(part.path, "\(path)/\(name)") == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: "\(path)/\(name)"])
        }
    }

    /// Moves a file and what stands beside it out of the way, under a name that is free there.
    ///
    /// - Parameters:
    ///   - name: of the file.
    ///   - subfolder: `done` or `refused`.
    ///   - reason: what is written beside it; nil for nothing.
    /// - Throws: what the file system says.
    func move(_ name: String, to subfolder: String, reason: String? = nil) throws {
        let folder = "\(path)/\(subfolder)"
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let free = freeName(name, in: folder)
        if let reason {
            try Data(reason.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(free)\(DropFolder.reason)"))
        }
        try files.moveItem(atPath: "\(path)/\(name)", toPath: "\(folder)/\(free)")
        for suffix in companions where has(name + suffix) {
            try? files.removeItem(atPath: "\(folder)/\(free)\(suffix)")
            try files.moveItem(atPath: "\(path)/\(name)\(suffix)", toPath: "\(folder)/\(free)\(suffix)")
        }
    }

    private func freeName(_ name: String, in folder: String) -> String {
        guard files.fileExists(atPath: "\(folder)/\(name)") else { return name }
        var number = 2
        while files.fileExists(atPath: "\(folder)/\(name).\(number)") { number += 1 }
        return "\(name).\(number)"
    }

    private func entry(_ name: String) -> Entry? {
        guard !name.hasPrefix("."), !(DropFolder.unfinished + companions).contains(where: name.hasSuffix),
            let attributes = try? files.attributesOfItem(atPath: "\(path)/\(name)"),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let bytes = (attributes[.size] as? NSNumber)?.intValue,
            let changed = attributes[.modificationDate] as? Date
        else { return nil }
        return Entry(name: name, bytes: bytes, changed: changed)
    }
}
