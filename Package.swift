// swift-tools-version:6.1
import PackageDescription

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
/// Carries BoringSSL as the module CNIOBoringSSL (docs/decisions/0001-one-cryptography-library.md).
let boringSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "countersign",
  products: [.executable(name: "countersign", targets: ["countersign"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.98.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", .upToNextMinor(from: "2.37.0")),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.7.0"),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
  ],
  targets: [
    // Level 0: pure vocabulary.
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .target(name: "CProcess"),
    .target(name: "Cryptography", dependencies: ["CProcess", boringSSL]),
    .target(name: "PKI", dependencies: ["Cryptography"]),
    .target(name: "TLSEngine", dependencies: ["Cryptography", boringSSL, nioCore]),
    .target(name: "HTTPWire", dependencies: [nioCore]),
    .target(name: "ConfigSyntax"),
    .target(name: "PatternMatching", dependencies: ["CPCRE2"]),
    .target(name: "Upstreams"),
    .target(name: "ContentService"),
    // Level 1: the thinking.
    .target(name: "Authority", dependencies: ["PKI", "Cryptography", grdb]),
    .target(name: "Trust", dependencies: ["PKI", "Cryptography"]),
    .target(name: "ConfigModel", dependencies: ["ConfigSyntax", "PatternMatching"]),
    .target(name: "Transport", dependencies: ["TLSEngine", nioCore, nioPosix]),
    .target(name: "Fetch", dependencies: ["HTTPWire", "PKI", "TLSEngine", "Transport", "Trust", nioCore]),
    // Level 2: the services.
    .target(name: "TrustFeeds", dependencies: ["Trust", "PKI"]),
    .target(name: "AuthorityService", dependencies: ["Authority", "ContentService", "Cryptography", "PKI"]),
    .target(
      name: "Gateway",
      dependencies: [
        "ConfigModel", "ConfigSyntax", "ContentService", "Cryptography", "Fetch", "HTTPWire", "PKI", "PatternMatching",
        "TLSEngine", "Transport", "Trust", "TrustFeeds", "Upstreams", nioCore,
      ]),
    // Level 3: the composition root.
    .executableTarget(
      name: "countersign",
      dependencies: [
        "Authority", "AuthorityService", "Cryptography", "Fetch", "Gateway", "PKI", "Trust", "TrustFeeds",
        argumentParser,
      ]),
    // What strangers' bytes reach, for the fuzzer (fuzz/run) and for the replay of its corpora.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "ConfigModel", "ConfigSyntax", "Cryptography", "Gateway", "HTTPWire", "PKI", "Transport", "Trust", nioCore,
      ],
      path: "fuzz/Targets"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"]),
    // What several test targets need.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "CryptographyTests", dependencies: ["Cryptography", "TestSupport"]),
    .testTarget(name: "PKITests", dependencies: ["PKI", "Cryptography", "TestSupport"]),
    .testTarget(name: "TLSEngineTests", dependencies: ["TLSEngine", "Cryptography", "PKI"]),
    .testTarget(name: "HTTPWireTests", dependencies: ["HTTPWire"]),
    .testTarget(name: "ConfigSyntaxTests", dependencies: ["ConfigSyntax"]),
    .testTarget(name: "PatternMatchingTests", dependencies: ["PatternMatching"]),
    .testTarget(name: "UpstreamsTests", dependencies: ["Upstreams"]),
    .testTarget(name: "AuthorityTests", dependencies: ["Authority", "PKI", "Cryptography", "Trust"]),
    // Runs the built program: from a CA's making to its killing.
    .testTarget(
      name: "AuthorityScenarioTests", dependencies: ["countersign", "Authority", "PKI", "Cryptography"]),
    .testTarget(
      name: "AuthorityServiceTests",
      dependencies: ["AuthorityService", "Authority", "ContentService", "PKI", "Cryptography"]),
    .testTarget(
      name: "FetchTests", dependencies: ["Fetch", "HTTPWire", "Transport", "TLSEngine", "PKI", "Cryptography"]),
    .testTarget(name: "TrustTests", dependencies: ["Trust", "PKI", "Cryptography"]),
    .testTarget(name: "ConfigModelTests", dependencies: ["ConfigModel", "ConfigSyntax"]),
    .testTarget(
      name: "TransportTests", dependencies: ["Transport", "TLSEngine", "PKI", "Cryptography"]),
    .testTarget(name: "TrustFeedsTests", dependencies: ["TrustFeeds", "Trust", "PKI", "Cryptography"]),
    .testTarget(name: "ScenarioTests", dependencies: ["countersign"]),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "ConfigModel", "ConfigSyntax", "ContentService", "Cryptography", "Gateway", "HTTPWire", nioEmbedded, "PKI",
        "TLSEngine", "Trust", "TrustFeeds", nioCore,
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// The fuzzer is a build of its own, with the coverage of our targets measured.
if Context.environment["COUNTERSIGN_FUZZ"] != nil {
  let measured = [
    "FuzzTargets", "ConfigModel", "ConfigSyntax", "Cryptography", "Gateway", "HTTPWire", "PKI", "Trust",
    "PatternMatching", "Transport",
  ]
  for target in package.targets where measured.contains(target.name) {
    target.swiftSettings = [.unsafeFlags(["-sanitize=fuzzer", "-O"])]
  }
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "fuzz/Driver",
      swiftSettings: [.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library", "-O"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
}
