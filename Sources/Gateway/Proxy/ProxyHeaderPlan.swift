import ConfigModel
import ConfigSyntax
import HTTPWire

/// The header section of proxied requests: what `proxy_set_header` and the defaults send, and which of the client's own fields
/// they replace.
struct ProxyHeaderPlan: Sendable {
  private struct Entry: Sendable {
    enum Value: Sendable {
      case template(CompiledTemplate)
      case connection(CompiledTemplate)
      /// The request's `UpgradeOffer`.
      case upgrade
    }

    /// With its `: `.
    var name: [UInt8]
    var value: Value
  }

  /// `nil`: `$proxy_host`.
  private let host: CompiledTemplate?
  private let entries: [Entry]
  /// `nil`: nothing is upgraded.
  private let upgrade: CompiledTemplate?
  private let upgradeProtocols: [String]
  private let replaced: FieldNameSet
  /// Names set here, and those by which the server tells who the client is: a client's variants of them are dropped.
  private let guarded: FieldNameSet
  private let passesClientFields: Bool
  private let stripsIdentity: Bool

  /// Fields of the connection, never the client's to decide; an empty one is not sent.
  private static let defaults = [
    "Host", "Connection", "Proxy-Connection", "Content-Length", "Transfer-Encoding", "TE", "Keep-Alive", "Expect",
    "Upgrade",
  ]

  init(_ settings: ProxySettings, compile: CompileContext) throws(Diagnostic) {
    var host: CompiledTemplate?
    var upgrade: CompiledTemplate?
    var entries: [Entry] = []
    var replaced = FieldNameSet(Self.defaults)
    var guarded = compile.identityFields.names
    for header in settings.setHeaders {
      let template = try compile.template(header.value)
      replaced.insert(Array(header.name.utf8))
      guarded.insert(Array(header.name.utf8))
      let name = Array("\(header.name): ".utf8)
      switch header.name.lowercased() {
      case "host": host = template
      // What is sent decides them.
      case "content-length", "transfer-encoding": continue
      case _ where template.literal?.isEmpty == true: continue
      case "connection": entries.append(Entry(name: name, value: .connection(template)))
      case "upgrade":
        upgrade = template
        entries.append(Entry(name: name, value: .upgrade))
      default: entries.append(Entry(name: name, value: .template(template)))
      }
    }
    self.host = host
    self.upgrade = upgrade
    self.entries = entries
    self.replaced = replaced
    self.guarded = guarded
    upgradeProtocols = settings.upgradeProtocols
    passesClientFields = settings.passRequestHeaders
    stripsIdentity = settings.stripIdentityHeaders
  }

  /// What the upstream of a request is asked to switch to.
  func upgradeOffer(for request: Request) -> UpgradeOffer {
    guard let upgrade, request.asksForUpgrade else { return .none }
    return UpgradeOffer(request.evaluate(upgrade), from: request.head, allowed: upgradeProtocols)
  }

  /// Appends the fields, each with its line end, without the empty line that ends the section.
  func append(
    to out: inout [UInt8], for request: Request, proxyHost: [UInt8], framing: UpstreamBody.Framing, offer: UpgradeOffer,
    needsHost: Bool
  ) {
    appendHost(to: &out, for: request, proxyHost: proxyHost, isNeeded: needsHost)
    for entry in entries {
      switch entry.value {
      case .template(let template): Self.appendField(entry.name, to: &out) { request.append(template, to: &$0) }
      case .connection(let template):
        let options = ConnectionOptions.safe(
          request.evaluate(template), isFromVariables: template.literal == nil, upgrades: !offer.isEmpty)
        Self.appendField(entry.name, to: &out) { $0.append(contentsOf: options) }
      case .upgrade: Self.appendField(entry.name, to: &out) { $0.append(contentsOf: offer.text) }
      }
    }
    out.append(framing: framing)
    if passesClientFields { appendClientFields(request.head.fields, to: &out) }
  }

  private func appendHost(to out: inout [UInt8], for request: Request, proxyHost: [UInt8], isNeeded: Bool) {
    let name = Array("Host: ".utf8)
    if let host {
      let start = out.count
      Self.appendField(name, to: &out) { request.append(host, to: &$0) }
      if out.count > start || !isNeeded { return }
    }
    Self.appendField(name, to: &out) { $0.append(contentsOf: proxyHost) }
  }

  /// An empty value means no field. Line ends and NUL in it, which only a client's bytes can have brought, are dropped.
  private static func appendField(_ name: [UInt8], to out: inout [UInt8], value: (inout [UInt8]) -> Void) {
    let start = out.count
    out.append(contentsOf: name)
    let valueStart = out.count
    value(&out)
    if out[valueStart...].contains(where: isLineBreaker) {
      let safe = out[valueStart...].filter { !isLineBreaker($0) }
      out.replaceSubrange(valueStart..., with: safe)
    }
    if out.count == valueStart {
      out.removeSubrange(start...)
    } else {
      out.append(ascii: "\r\n")
    }
  }

  private static func isLineBreaker(_ byte: UInt8) -> Bool { byte == 0 || byte == 10 || byte == 13 }

  private func appendClientFields(_ fields: HTTPFields, to out: inout [UInt8]) {
    fields.forEach { name, value in
      if isDropped(name) { return }
      out.append(contentsOf: name)
      out.append(ascii: ": ")
      out.append(contentsOf: value)
      out.append(ascii: "\r\n")
    }
  }

  /// Whether a field that a client sent stays behind.
  func isDropped(_ name: UnsafeRawBufferPointer) -> Bool {
    if replaced.contains(name) { return true }
    return stripsIdentity && (IdentityHeader.matches(name) || guarded.contains(name))
  }
}
