// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let xmlCoder = Target.Dependency.product(name: "XMLCoder", package: "XMLCoder")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A room of the house: may import the rooms named here, all of rows above its own, and no others.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one room, with what they need besides it.
func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name)] + dependencies,
        swiftSettings: settings
    )
}

let package = Package(
    name: "mizumori",
    products: [.executable(name: "mizumori", targets: ["mizumori"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/CoreOffice/XMLCoder", exact: "0.18.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // 1 words
        room("Metering"),
        room("Settings", [yams]),
        // 2 judgement: values in, values out
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        room("Decoding", ["CZip", "Metering", crypto, xmlCoder]),
        room("Normalisation", ["Metering"]),
        room("Detection", ["Metering"]),
        room("Alerting", ["Metering"]),
        room("Billing", ["Metering"]),
        // 3 world
        .systemLibrary(name: "CModbus", pkgConfig: "libmodbus", providers: [.apt(["libmodbus-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        room(
            "Acquisition",
            [
                "CCurl", "CModbus", "Decoding", "Metering", asyncHTTPClient, logging, nioCore, nioHTTP1,
                nioHTTPCompression, nioSSL, serviceLifecycle,
            ]
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        room("Storage", ["Alerting", "CZlib", "Metering", grdb, sqlite]),
        room("Mail", ["Alerting", "CCurl", "Metering", mustache]),
        room("Reporting", ["Billing", "Metering"]),
        // 4 order
        room(
            "Gateway",
            [
                "Acquisition", "Alerting", "Billing", "Decoding", "Detection", "Mail", "Metering",
                "Normalisation",
                "Reporting", "Settings", "Storage", logging, serviceLifecycle,
            ]
        ),
        // 5 doors
        room("Console", ["Acquisition", "Gateway", "Metering", crypto, hummingbird, logging, mustache]),
        room(
            "Simulation",
            [
                "Acquisition", "Alerting", "Billing", "CModbus", "CZlib", "Decoding", "Gateway", "Metering",
                "Normalisation",
                "Reporting", "Storage", hummingbird, logging, nioCore, nioPosix, serviceLifecycle,
            ]
        ),
        // 6 program
        .executableTarget(
            name: "mizumori",
            dependencies: [
                "Acquisition", "Alerting", "Billing", "Console", "Decoding", "Detection", "Gateway", "Mail",
                "Metering", "Reporting", "Settings", "Simulation", "Storage", argumentParser, logging,
                serviceLifecycle,
                unixSignals,
            ],
            swiftSettings: settings
        ),
        // Randomness that can be run again, for the tests of laws.
        .target(name: "Seeds", path: "Tests/Seeds", swiftSettings: settings),
        tests(of: "Metering", ["Seeds"]),
        tests(of: "Settings"),
        tests(of: "Decoding", ["Metering", "Seeds"]),
        tests(of: "Normalisation", ["Detection", "Metering", "Seeds"]),
        tests(of: "Detection", ["Metering", "Seeds"]),
        tests(of: "Alerting", ["Metering"]),
        tests(of: "Billing", ["Metering", "Seeds"]),
        tests(
            of: "Acquisition",
            ["CModbus", "Decoding", "Metering", hummingbird, logging, serviceLifecycle]
        ),
        tests(of: "Storage", ["Alerting", "Metering", "Seeds", grdb]),
        tests(of: "Mail", ["Alerting", "Metering"]),
        tests(of: "Reporting", ["Billing", "Metering"]),
        tests(
            of: "Gateway",
            [
                "Acquisition", "Alerting", "Billing", "Decoding", "Detection", "Mail", "Metering",
                "Reporting", "Seeds", "Settings", "Storage", grdb, logging, serviceLifecycle,
            ]
        ),
        tests(of: "Console", ["Gateway", "Metering", crypto, hummingbird, hummingbirdTesting]),
        tests(
            of: "Simulation",
            ["Acquisition", "Decoding", "Detection", "Gateway", "Metering", "Storage", logging]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// The benchmarks join the package only when they are asked for, so that nobody else builds them.
if Context.environment["MIZUMORI_BENCHMARKS"] != nil {
    package.products.append(.executable(name: "line-bench", targets: ["LineBench"]))
    package.products.append(.executable(name: "store-bench", targets: ["StoreBench"]))
    package.targets.append(
        .executableTarget(
            name: "LineBench",
            dependencies: ["Acquisition", "Decoding", "Metering", logging],
            path: "Benchmarks/LineBench",
            swiftSettings: settings
        )
    )
    package.targets.append(
        .executableTarget(
            name: "StoreBench",
            dependencies: ["Alerting", "Decoding", "Detection", "Gateway", "Metering", "Storage", logging],
            path: "Benchmarks/StoreBench",
            swiftSettings: settings
        )
    )
}
