import ArgumentParser

/// Where the program finds its files; the same for every command.
struct FolderOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "Folder of the configuration.")
    var config = "config"

    @Option(name: .customLong("meters"), help: "Folder of meter models and installations.")
    var meters = "meters"

    @Option(name: .customLong("data"), help: "Folder of the store.")
    var data = "data"
}

/// How a command speaks: a table and sentences for people, or one JSON object for programs.
struct SpeechOptions: ParsableArguments {
    @Flag(help: "Print one JSON object instead of text.")
    var json = false
}
