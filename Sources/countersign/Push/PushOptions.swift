import ArgumentParser
import Authority
import PKI

/// Where new CRLs go by themselves, for commands that write one.
struct PushOptions: ParsableArguments {
  @Option(
    name: .customLong("push"), parsing: .singleValue,
    help: ArgumentHelp(
      "Also push the new CRL here: the ssl_crl_push location of a gateway. May be repeated. Targets that `countersign "
        + "ca push --remember` knows need not be named.", valueName: "url"))
  var targets: [String] = []

  @Flag(name: .customLong("no-push"), help: "Push to nobody, not even to remembered targets.")
  var isOff = false

  /// Brings the lists to all targets and says how it went.
  ///
  /// - Parameter quietly: nothing on standard output, which is another's.
  /// - Throws: `ExitCode(1)` where one of them has not got a list.
  func push(_ lists: [WrittenCRL], of directory: AuthorityDirectory, quietly: Bool = false) throws {
    guard !isOff, !lists.isEmpty else { return }
    let all = try PushTargetFile(directory.layout).read() + targets.map { PushTarget(url: $0) }
    if all.isEmpty { return }
    let outcomes = CRLPusher(trust: try directory.certificatesOfAuthorities())
      .push(lists.map(PushedList.init), to: all)
    for outcome in outcomes where outcome.error == nil && !quietly { print("  \(outcome.line)") }
    try Self.report(failuresOf: outcomes)
  }

  static func report(failuresOf outcomes: [PushOutcome]) throws {
    let failed = outcomes.filter { $0.error != nil }
    if failed.isEmpty { return }
    let advice = "not everywhere in effect yet; `countersign ca push` tries again"
    StandardError.warn((failed.map(\.line) + [advice]).joined(separator: "\n"))
    throw ExitCode(ExitStatus.refused)
  }
}

extension AuthorityDirectory {
  /// The CAs and those above them: by default gateways are trusted by these.
  func certificatesOfAuthorities() throws -> [Certificate] {
    try authorities().flatMap { [$0.certificate] + $0.above }
  }
}
