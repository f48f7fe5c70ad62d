/// All directives, by name and context.
public struct DirectiveTable: Sendable {
  /// A chapter of the documentation.
  public struct Module: Sendable {
    public let name: String
    public let rows: [DirectiveRow]
  }

  public let modules: [Module]
  private let index: [String: [DirectiveRow]]

  init(modules: [Module]) {
    self.modules = modules
    index = Dictionary(grouping: modules.flatMap(\.rows), by: \.name)
  }

  /// The directives of this program.
  public static let standard = DirectiveTable(modules: [
    Module(name: "Main", rows: mainRows + processRows),
    Module(name: "HTTP: blocks and names", rows: httpBlockRows),
    Module(name: "HTTP: connections", rows: connectionRows + http2Rows),
    Module(name: "HTTP: requests", rows: requestRows + requestTuningRows),
    Module(name: "HTTP: the client's address", rows: realIPRows),
    Module(name: "Files", rows: fileRows),
    Module(
      name: "TLS", rows: tlsRows + tlsVerificationRows + clientTrustRows + revocationListRows + clientRuleRows),
    Module(name: "Rewriting", rows: rewriteRows),
    Module(name: "Response headers", rows: headerRows),
    Module(name: "Logging", rows: logRows),
    Module(name: "Proxy", rows: proxyRows + proxyTransferRows + proxyFailureRows),
    Module(name: "Proxy TLS", rows: proxyTLSRows),
    Module(name: "Upstreams", rows: upstreamRows),
    Module(name: "Status", rows: statusRows),
    Module(name: "The CA on this machine", rows: authorityRows),
  ])

  /// All directives of that name: a name may mean different things in different contexts.
  public func rows(named name: String) -> [DirectiveRow] { index[name] ?? [] }
  public var rows: [DirectiveRow] { modules.flatMap(\.rows) }

  func inheritances(of names: Set<String>) -> [Inheritance] {
    rows.filter { names.contains($0.name) }.flatMap(\.inheritance)
  }
}
