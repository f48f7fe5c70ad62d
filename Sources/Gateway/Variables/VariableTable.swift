/// Appends a variable's value; `false` where the request has none (a log prints `-`), and nothing is appended.
typealias VariableGetter = @Sendable (_ request: Request, _ out: inout [UInt8]) -> Bool

/// The variables that the gateway knows by itself.
enum VariableTable {
  /// `nil` where there is no such variable.
  static func getter(named name: String) -> VariableGetter? {
    if let getter = named[name] { return getter }
    for family in families where name.hasPrefix(family.prefix) {
      return family.make(String(name.dropFirst(family.prefix.count)))
    }
    return nil
  }

  /// Whether a name belongs to `arg_`, `http_` and their like.
  static func isInFamily(_ name: String) -> Bool {
    families.contains { name.hasPrefix($0.prefix) }
  }

  static let named: [String: VariableGetter] = {
    var all: [String: VariableGetter] = [:]
    for part in [
      request, location, network, clock, responses, upstreams, proxyProtocol, tls, certificates, connections,
    ] {
      all.merge(part) { first, _ in first }
    }
    return all
  }()

  struct Family: Sendable {
    let prefix: String
    let make: @Sendable (_ rest: String) -> VariableGetter
  }

  /// Longer prefixes first where one begins with another.
  static let families: [Family] = [
    Family(prefix: "arg_", make: argument),
    Family(prefix: "http_", make: requestField),
    Family(prefix: "cookie_", make: cookie),
    Family(prefix: "sent_http_", make: responseField),
    Family(prefix: "sent_trailer_", make: responseTrailer),
    Family(prefix: "upstream_http_", make: upstreamField),
    Family(prefix: "upstream_cookie_", make: upstreamCookie),
    Family(prefix: "upstream_trailer_", make: upstreamTrailer),
    Family(prefix: "proxy_protocol_tlv_", make: proxyProtocolExtension),
  ]
}
