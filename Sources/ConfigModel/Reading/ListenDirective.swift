import ConfigSyntax

/// One address of one `listen`, before servers that share it are compared.
struct ListenDraft {
  var setting: ListenSetting
  /// Whether it has parameters of the socket, which may be given once an address.
  var setsSocket = false
}

/// The arguments of `listen`.
struct ListenDirective {
  private let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func drafts() throws(Diagnostic) -> [ListenDraft] {
    let addresses = try ListenAddress(invocation).addresses()
    var options = ListenOptions(invocation)
    for text in invocation.texts.dropFirst() { try options.read(text) }
    var result: [ListenDraft] = []
    for address in addresses where !result.contains(where: { $0.setting.address == address }) {
      result.append(options.draft(for: address))
    }
    return result
  }
}

extension ListenSetting {
  init(address: Address, at position: SourcePosition) {
    let text =
      switch address {
      case .unix(let path): "unix:\(path)"
      case .ip(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
      }
    self.init(address: address, text: text, position: position)
  }
}

/// The first argument of `listen`: all addresses that it means.
private struct ListenAddress {
  let invocation: Invocation
  let text: String

  init(_ invocation: Invocation) {
    self.invocation = invocation
    text = invocation.text(0)
  }

  func addresses() throws(Diagnostic) -> [ListenSetting.Address] {
    do throws(HostPort.Failure) {
      return try parsed()
    } catch {
      throw invocation.error("\(error.rawValue) in \"\(text)\" of the \"listen\" directive")
    }
  }

  private func parsed() throws(HostPort.Failure) -> [ListenSetting.Address] {
    if text.hasPrefix("unix:") { return [.unix(path: try HostPort(text, defaultPort: 80).host)] }
    if let ports = try portsAlone() { return ports.map { .ip(host: "0.0.0.0", port: $0) } }
    let (host, portText) = try HostPort.split(text)
    guard !host.isEmpty else { throw .noHost }
    guard !host.contains("/") else { throw .invalidHost }
    let ports = try portText.map { text throws(HostPort.Failure) in try Self.ports(text) } ?? 80...80
    let hosts = try numeric(host)
    return hosts.flatMap { host in ports.map { .ip(host: host, port: $0) } }
  }

  /// `443` or `8000-8010`.
  private func portsAlone() throws(HostPort.Failure) -> ClosedRange<Int>? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-") }),
      text.utf8.first != UInt8(ascii: "-")
    else { return nil }
    return try Self.ports(text)
  }

  private static func ports(_ text: String) throws(HostPort.Failure) -> ClosedRange<Int> {
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    var numbers: [Int] = []
    for part in parts {
      guard let port = Int(configuration: part.utf8), (1...65535).contains(port) else { throw .invalidPort }
      numbers.append(port)
    }
    guard let first = numbers.first, let last = numbers.last else { throw .invalidPort }
    guard first <= last else { throw .invalidPortRange }
    return first...last
  }

  private func numeric(_ host: String) throws(HostPort.Failure) -> [String] {
    if host == "*" { return ["0.0.0.0"] }
    if IPAddress.isIPv4(host) { return [host] }
    if IPAddress.isIPv6(host) { return [IPAddress.canonical(host)] }
    let resolved = invocation.reading.host.resolve(host)
    guard !resolved.isEmpty else { throw .notFound }
    return resolved.map(IPAddress.canonical)
  }
}

/// The other arguments of `listen`.
private struct ListenOptions {
  let invocation: Invocation
  private var draft: ListenDraft

  init(_ invocation: Invocation) {
    self.invocation = invocation
    draft = ListenDraft(
      setting: ListenSetting(address: .unix(path: ""), text: "", position: invocation.position))
  }

  func draft(for address: ListenSetting.Address) -> ListenDraft {
    var result = draft
    let named = ListenSetting(address: address, at: invocation.position)
    result.setting.address = named.address
    result.setting.text = named.text
    return result
  }

  mutating func read(_ text: String) throws(Diagnostic) {
    switch text {
    case "default_server", "default": draft.setting.isDefaultServer = true
    case "ssl": draft.setting.isTLS = true
    case "proxy_protocol": draft.setting.isProxyProtocol = true
    case "http2":
      invocation.warn(
        "the \"listen ... http2\" directive is deprecated, use the \"http2\" directive instead")
      draft.setting.isHTTP2 = true
    case "quic": throw invocation.error("the \"quic\" parameter requires ngx_http_v3_module")
    default: try readSocketOption(text)
    }
  }

  private mutating func readSocketOption(_ text: String) throws(Diagnostic) {
    draft.setsSocket = true
    draft.setting.isBoundAlone = true
    switch text {
    case "bind", "multipath": break
    case "reuseport": draft.setting.reusePort = true
    case "deferred": draft.setting.isDeferred = true
    case "ipv6only=on": draft.setting.isIPv6Only = true
    case "ipv6only=off": draft.setting.isIPv6Only = false
    default: try readSocketValue(text)
    }
  }

  private mutating func readSocketValue(_ text: String) throws(Diagnostic) {
    if let value = text.after("backlog=") {
      draft.setting.backlog = try number(value, of: "backlog", text, atLeast: 1)
    } else if let value = text.after("fastopen=") {
      draft.setting.fastOpen = try number(value, of: "fastopen", text, atLeast: 0)
    } else if let value = text.after("rcvbuf=") {
      draft.setting.receiveBuffer = try size(value, of: "rcvbuf", text)
    } else if let value = text.after("sndbuf=") {
      draft.setting.sendBuffer = try size(value, of: "sndbuf", text)
    } else if let value = text.after("so_keepalive=") {
      draft.setting.socketKeepalive = try keepalive(value)
    } else if text.hasPrefix("ipv6only=o") {
      throw invocation.error("invalid ipv6only flags \"\(text.dropFirst(9))\"")
    } else {
      throw invocation.invalidParameter(text)
    }
  }

  private func number(
    _ value: String, of name: String, _ text: String, atLeast minimum: Int
  ) throws(Diagnostic) -> Int {
    guard let number = Int(configuration: value.utf8), number >= minimum else {
      throw invocation.error("invalid \(name) \"\(text)\"")
    }
    return number
  }

  private func size(_ value: String, of name: String, _ text: String) throws(Diagnostic) -> ByteCount {
    guard let size = ByteCount(configuration: value.utf8) else {
      throw invocation.error("invalid \(name) \"\(text)\"")
    }
    return size
  }

  /// `on`, `off`, or `idle:interval:count` with parts left out.
  private func keepalive(_ value: String) throws(Diagnostic) -> Bool {
    if value == "on" || value == "off" { return value == "on" }
    let parts = value.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    let areTimes = parts.prefix(2).allSatisfy { $0.isEmpty || Duration(configuration: $0.utf8, unit: .seconds) != nil }
    let isCount = parts.count < 3 || parts[2].isEmpty || Int(configuration: parts[2].utf8) != nil
    guard areTimes, isCount, parts.contains(where: { !$0.isEmpty }) else {
      throw invocation.error("invalid so_keepalive value: \"\(value)\"")
    }
    return true
  }
}
