import Foundation

do {
    print(try await BenchOrder(CommandLine.arguments.dropFirst()).run())
} catch {
    FileHandle.standardError.write(Data("line-bench: \(error)\n".utf8))
    exit(2)
}
