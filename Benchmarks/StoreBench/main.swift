import Foundation

do {
    print(try await StoreOrder(CommandLine.arguments.dropFirst()).run())
} catch {
    FileHandle.standardError.write(Data("store-bench: \(error)\n".utf8))
    exit(2)
}
