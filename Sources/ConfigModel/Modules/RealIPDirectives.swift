import ConfigSyntax

extension DirectiveTable {
  /// Who the client is, behind proxies.
  static let realIPRows: [DirectiveRow] = [
    .list(
      "set_real_ip_from", in: .request, \.location.realIP.$from, .trustedAddress, default: nil,
      "A proxy whose word on the client's address is taken."),
    .value(
      "real_ip_header", in: .request, \.location.realIP.$header, .realIPHeader, default: "X-Real-IP",
      "Where the client's address stands: a header field, or the PROXY protocol's header."),
    .value(
      "real_ip_recursive", in: .request, \.location.realIP.$isRecursive, .flag, default: "off",
      "Whether the last address that is no trusted proxy's is taken, instead of the last one."),
  ]
}

extension Grammar where Value == RealIPHeader {
  fileprivate static var realIPHeader: Grammar {
    Grammar("field | X-Real-IP | X-Forwarded-For | proxy_protocol") { invocation throws(Diagnostic) in
      switch invocation.text(0) {
      case "X-Real-IP": return .realIP
      case "X-Forwarded-For": return .forwardedFor
      case "proxy_protocol": return .proxyProtocol
      default: return .field(invocation.text(0).lowercased())
      }
    }
  }
}

extension Grammar where Value == [AddressRange] {
  fileprivate static var trustedAddress: Grammar {
    Grammar("address | CIDR | unix:") { invocation throws(Diagnostic) in
      let text = invocation.text(0)
      if text == "unix:" { return [.local] }
      if let (range, hasStrayBits) = AddressRange.parse(text) {
        if hasStrayBits { invocation.warn("low address bits of \(text) are meaningless") }
        return [range]
      }
      let ranges = invocation.reading.host.resolve(text).compactMap { AddressRange.parse($0)?.range }
      guard !ranges.isEmpty else { throw invocation.error("host not found in set_real_ip_from \"\(text)\"") }
      return ranges
    }
  }
}
