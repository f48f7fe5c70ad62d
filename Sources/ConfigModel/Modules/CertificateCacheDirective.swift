import ConfigSyntax

extension Grammar where Value == CertificateCacheSetting? {
  static var certificateCache: Grammar {
    Grammar("off | max=number [inactive=time] [valid=time]", .between(1, 3)) { invocation throws(Diagnostic) in
      try invocation.certificateCache()
    }
  }
}

extension Invocation {
  fileprivate func certificateCache() throws(Diagnostic) -> CertificateCacheSetting? {
    var setting = CertificateCacheSetting(maximum: 0)
    var isOff = false
    for text in texts {
      if let value = text.after("max=") {
        guard let maximum = Int(configuration: value.utf8), maximum > 0 else { throw invalidParameter(text) }
        setting.maximum = maximum
      } else if let value = text.after("inactive=") {
        setting.inactive = try seconds(value, text)
      } else if let value = text.after("valid=") {
        setting.valid = try seconds(value, text)
      } else if text == "off" {
        isOff = true
      } else {
        throw invalidParameter(text)
      }
    }
    if isOff { return nil }
    guard setting.maximum > 0 else { throw error("\"\(name)\" must have the \"max\" parameter") }
    return setting
  }

  private func seconds(_ value: String, _ text: String) throws(Diagnostic) -> Duration {
    guard let time = Duration(configuration: value.utf8, unit: .seconds) else { throw invalidParameter(text) }
    return time
  }
}
