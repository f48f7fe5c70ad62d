import ConfigSyntax

extension Grammar where Value == ResolverSetting {
  static var resolver: Grammar {
    Grammar("address … [valid=time] [ipv4=on|off] [ipv6=on|off] [status_zone=zone]", .atLeast(1)) {
      invocation throws(Diagnostic) in
      var setting = ResolverSetting(servers: [])
      for text in invocation.texts { try invocation.read(text, into: &setting) }
      guard !setting.servers.isEmpty || invocation.texts == ["off"] else {
        throw invocation.error("no name servers defined")
      }
      guard setting.usesIPv4 || setting.usesIPv6 else {
        throw invocation.error("\"ipv4\" and \"ipv6\" cannot both be \"off\"")
      }
      return setting
    }
  }
}

extension Invocation {
  fileprivate func read(_ text: String, into setting: inout ResolverSetting) throws(Diagnostic) {
    if let value = text.after("valid=") {
      guard let valid = Duration(configuration: value.utf8, unit: .seconds) else {
        throw error("invalid parameter: \(text)")
      }
      setting.valid = valid
    } else if let value = text.after("ipv4=") {
      setting.usesIPv4 = try flag(value, of: text)
    } else if let value = text.after("ipv6=") {
      setting.usesIPv6 = try flag(value, of: text)
    } else if text.after("status_zone=") == nil, text != "off" {
      setting.servers.append(text)
    }
  }

  private func flag(_ value: String, of text: String) throws(Diagnostic) -> Bool {
    switch value {
    case "on": return true
    case "off": return false
    default: throw error("invalid parameter: \(text)")
    }
  }
}

extension String {
  /// What follows `prefix`; `nil` where the text does not begin with its bytes.
  func after(_ prefix: String) -> String? {
    guard utf8.starts(with: prefix.utf8) else { return nil }
    return String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
  }
}
