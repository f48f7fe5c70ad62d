import ConfigModel
import ConfigSyntax
import HTTPWire

/// The header section of proxied requests: what `proxy_set_header` and the defaults send, and which of the client's own fields
/// they replace.
struct ProxyHeaderPlan: Sendable {
  private struct Entry: Sendable {
    enum Value: Sendable {
      case template(CompiledTemplate)
      case contentLength
      case transferEncoding
    }

    /// With its `: `.
    var name: [UInt8]
    var value: Value
  }

  /// `nil`: `$proxy_host`.
  private let host: CompiledTemplate?
  private let entries: [Entry]
  private let replaced: FieldNameSet
  /// Names set here, folded as backends fold them: a client's variants of them are dropped too.
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
    var entries: [Entry] = []
    var replaced = FieldNameSet(Self.defaults)
    var guarded = FieldNameSet()
    for header in settings.setHeaders {
      let template = try compile.template(header.value)
      replaced.insert(Array(header.name.utf8))
      guarded.insert(header.name.utf8.map(IdentityHeader.folded))
      if header.name.lowercased() == "host" {
        host = template
      } else if template.literal?.isEmpty != true {
        entries.append(Entry(name: Array("\(header.name): ".utf8), value: .template(template)))
      }
    }
    let named = Set(settings.setHeaders.map { $0.name.lowercased() })
    if !named.contains("content-length") {
      entries.append(Entry(name: Array("Content-Length: ".utf8), value: .contentLength))
    }
    if !named.contains("transfer-encoding") {
      entries.append(Entry(name: Array("Transfer-Encoding: ".utf8), value: .transferEncoding))
    }
    self.host = host
    self.entries = entries
    self.replaced = replaced
    self.guarded = guarded
    passesClientFields = settings.passRequestHeaders
    stripsIdentity = settings.stripIdentityHeaders
  }

  /// How the body follows the head.
  enum BodyFraming: Equatable {
    case none
    case length(Int)
    case chunked
  }

  /// Appends the fields, each with its line end, without the empty line that ends the section.
  func append(to out: inout [UInt8], for request: Request, proxyHost: [UInt8], framing: BodyFraming, needsHost: Bool) {
    appendHost(to: &out, for: request, proxyHost: proxyHost, isNeeded: needsHost)
    for entry in entries {
      switch entry.value {
      case .template(let template): Self.appendField(entry.name, template, to: &out, for: request)
      case .contentLength:
        guard case .length(let length) = framing else { continue }
        out.append(contentsOf: entry.name)
        out.append(decimal: length)
        out.append(ascii: "\r\n")
      case .transferEncoding:
        guard framing == .chunked else { continue }
        out.append(contentsOf: entry.name)
        out.append(ascii: "chunked\r\n")
      }
    }
    if passesClientFields { appendClientFields(request.head.fields, to: &out) }
  }

  private func appendHost(to out: inout [UInt8], for request: Request, proxyHost: [UInt8], isNeeded: Bool) {
    if let host {
      let start = out.count
      Self.appendField(Array("Host: ".utf8), host, to: &out, for: request)
      if out.count > start || !isNeeded { return }
    }
    out.append(ascii: "Host: ")
    out.append(contentsOf: proxyHost)
    out.append(ascii: "\r\n")
  }

  /// An empty value means no field. Line ends and NUL in it, which only a client's bytes can have brought, are dropped.
  private static func appendField(
    _ name: [UInt8], _ value: CompiledTemplate, to out: inout [UInt8], for request: Request
  ) {
    let start = out.count
    out.append(contentsOf: name)
    let valueStart = out.count
    request.append(value, to: &out)
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
    guard stripsIdentity else { return false }
    return IdentityHeader.matches(name) || isVariantOfGuarded(name)
  }

  private func isVariantOfGuarded(_ name: UnsafeRawBufferPointer) -> Bool {
    guard name.contains(UInt8(ascii: "_")) else { return false }
    return name.map(IdentityHeader.folded).withUnsafeBytes { guarded.contains($0) }
  }
}
