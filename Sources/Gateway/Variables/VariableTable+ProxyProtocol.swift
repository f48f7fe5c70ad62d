import Transport

extension VariableTable {
  /// What a proxy in front says by the PROXY protocol; nothing where none does.
  static let proxyProtocol: [String: VariableGetter] = [
    "proxy_protocol_addr": text { $0.sourceAddress },
    "proxy_protocol_port": text { "\($0.sourcePort)" },
    "proxy_protocol_server_addr": text { $0.destinationAddress },
    "proxy_protocol_server_port": text { "\($0.destinationPort)" },
  ]

  private static func text(_ value: @escaping @Sendable (ProxyProtocolHeader) -> String) -> VariableGetter {
    { request, out in
      guard let header = request.connection.proxyProtocol else { return false }
      out.append(utf8: value(header))
      return true
    }
  }

  /// `$proxy_protocol_tlv_NAME`: a field of version 2 by its name, or by its number as `0x…`.
  static let proxyProtocolExtension: @Sendable (String) -> VariableGetter = { name in
    let field = ProxyProtocolField(name)
    return { request, out in
      guard let header = request.connection.proxyProtocol else { return false }
      guard let field else {
        request.log(.error, "unknown PROXY protocol TLV \"\(name)\"")
        return false
      }
      do throws(ProxyProtocolExtensions.Broken) {
        guard let value = try field.value(in: header.extensions) else { return false }
        out.append(field: value)
        return true
      } catch {
        request.log(.error, "broken PROXY protocol TLV")
        return false
      }
    }
  }
}

/// Which field a variable's name means.
private enum ProxyProtocolField: Sendable {
  case top(UInt8)
  case tls(UInt8)
  case verify
  /// A number that no field has.
  case none

  private static let names: [String: UInt8] = [
    "alpn": ProxyProtocolExtensions.alpn, "authority": ProxyProtocolExtensions.authority,
    "unique_id": ProxyProtocolExtensions.uniqueID, "ssl": ProxyProtocolExtensions.ssl,
    "netns": ProxyProtocolExtensions.netns,
  ]
  private static let namesOfTLS: [String: UInt8] = [
    "version": ProxyProtocolTLS.version, "cn": ProxyProtocolTLS.commonName, "cipher": ProxyProtocolTLS.cipher,
    "sig_alg": ProxyProtocolTLS.signatureAlgorithm, "key_alg": ProxyProtocolTLS.keyAlgorithm,
  ]

  /// `nil` where the name means nothing.
  init?(_ name: String) {
    let isTLS = name.hasPrefix("ssl_")
    let rest = isTLS ? String(name.dropFirst(4)) : name
    if isTLS, rest == "verify" {
      self = .verify
    } else if rest.hasPrefix("0x") {
      guard let number = Int(rest.dropFirst(2), radix: 16), number >= 0 else { return nil }
      guard let type = UInt8(exactly: number) else {
        self = .none
        return
      }
      self = isTLS ? .tls(type) : .top(type)
    } else {
      guard let type = (isTLS ? Self.namesOfTLS : Self.names)[rest] else { return nil }
      self = isTLS ? .tls(type) : .top(type)
    }
  }

  func value(in extensions: ProxyProtocolExtensions) throws(ProxyProtocolExtensions.Broken) -> [UInt8]? {
    switch self {
    case .top(let type): return try extensions.value(type)
    case .tls(let type): return try extensions.tls()?.extensions.value(type)
    case .verify: return try extensions.tls().map { Array("\($0.verify)".utf8) }
    case .none: return nil
    }
  }
}
