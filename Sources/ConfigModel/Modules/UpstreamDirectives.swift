import ConfigSyntax

extension DirectiveTable {
  static let upstreamRows: [DirectiveRow] = [
    .block("upstream", in: .http, "name", .exactly(1), "A group of servers that requests are spread over.") {
      invocation throws(Diagnostic) in
      try invocation.readUpstream()
    },
    upstream(
      "server",
      "address [weight=number] [max_conns=number] [max_fails=number] [fail_timeout=time] [backup] "
        + "[down] [resolve]", .atLeast(1), isRepeatable: true, "A server of the group."
    ) { invocation, block throws(Diagnostic) in
      block.servers.append(try UpstreamServerDirective(invocation).server())
    },
    upstream("zone", "name [size]", .between(1, 2), "A zone that the group's state is shared in.") {
      invocation, block throws(Diagnostic) in
      block.zone = try invocation.zone()
    },
    upstream("least_conn", "", .exactly(0), "The server with the fewest active connections is next.") {
      invocation, block throws(Diagnostic) in
      invocation.balance(&block, .leastConnections)
    },
    upstream("ip_hash", "", .exactly(0), "A client's address chooses its server.") {
      invocation, block throws(Diagnostic) in
      invocation.balance(&block, .ipHash)
    },
    upstream("hash", "key [consistent]", .between(1, 2), "A text chooses the server.") {
      invocation, block throws(Diagnostic) in
      guard invocation.count == 1 || invocation.text(1) == "consistent" else {
        throw invocation.invalidParameter(invocation.text(1))
      }
      invocation.balance(&block, .hash(key: try invocation.template(0), consistent: invocation.count == 2))
    },
    upstream("random", "[two [least_conn]]", .between(0, 2), "Any server; with two, the better of two.") {
      invocation, block throws(Diagnostic) in
      let texts = invocation.texts
      guard texts.first ?? "two" == "two" else { throw invocation.invalidParameter(texts[0]) }
      guard texts.count < 2 || texts[1] == "least_conn" else { throw invocation.invalidParameter(texts[1]) }
      invocation.balance(&block, .random(two: !texts.isEmpty))
    },
    upstream("keepalive", "connections [local]", .between(1, 2), default: "32", "Idle connections kept per event loop.")
    {
      invocation, block throws(Diagnostic) in
      guard let count = Int(configuration: invocation.bytes(0)) else {
        throw invocation.error("invalid value \"\(invocation.text(0))\" in \"keepalive\" directive")
      }
      guard invocation.count == 1 || invocation.text(1) == "local" else {
        throw invocation.invalidParameter(invocation.text(1))
      }
      block.keepalive = count
    },
    upstream(
      "keepalive_requests", Grammar<Int>.number, \.keepaliveRequests, default: "1000",
      "How many requests a connection may make."),
    upstream(
      "keepalive_time", Grammar<Duration>.time, \.keepaliveTime, default: "1h",
      "How long a connection may be used."),
    upstream(
      "keepalive_timeout", Grammar<Duration>.time, \.keepaliveTimeout, default: "60s",
      "How long a connection may be idle."),
    upstream(
      "resolver", Grammar<ResolverSetting>.resolver.optional, \.resolver, default: nil,
      "Name servers for servers with resolve."),
    upstream(
      "resolver_timeout", Grammar<Duration>.time.optional, \.resolverTimeout, default: "30s",
      "How long resolving a name may take."),
  ]

  private static func upstream<Value>(
    _ name: String, _ grammar: Grammar<Value>, _ path: WritableKeyPath<UpstreamBlock, Value> & Sendable,
    default defaultText: String?, _ meaning: String
  ) -> DirectiveRow {
    upstream(name, grammar.syntax, grammar.arity, default: defaultText, meaning) {
      invocation, block throws(Diagnostic) in
      block[keyPath: path] = try grammar.parse(invocation)
    }
  }

  private static func upstream(
    _ name: String, _ syntax: String, _ arity: Arity, isRepeatable: Bool = false, default defaultText: String? = nil,
    _ meaning: String, apply: @escaping @Sendable (Invocation, inout UpstreamBlock) throws(Diagnostic) -> Void
  ) -> DirectiveRow {
    .custom(
      name, in: .upstream, syntax, arity, isRepeatable: isRepeatable, default: defaultText, meaning
    ) { invocation throws(Diagnostic) in
      guard var block = invocation.scope.upstream else { return }
      try apply(invocation, &block)
      invocation.scope.upstream = block
    }
  }
}

extension Invocation {
  fileprivate func readUpstream() throws(Diagnostic) {
    let name = text(0)
    guard !reading.upstreams.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw error("duplicate upstream \"\(name)\"")
    }
    let inner = Scope(.upstream, at: position)
    inner.upstream = UpstreamBlock(name: name, position: position)
    let hadErrors = reading.isFailed
    readBlock(into: inner)
    guard let block = inner.upstream else { return }
    reading.upstreams.append(block)
    if block.servers.isEmpty, reading.isFailed == hadErrors {
      throw Diagnostic("no servers are inside upstream", at: directive.endPosition)
    }
  }

  fileprivate func balance(
    _ block: inout UpstreamBlock, _ balancing: UpstreamBlock.Balancing
  ) {
    if block.balancing != .roundRobin { warn("load balancing method redefined") }
    block.balancing = balancing
  }

  fileprivate func zone() throws(Diagnostic) -> String {
    guard !text(0).isEmpty else { throw error("invalid zone name \"\"") }
    guard count == 2 else { return text(0) }
    guard let size = ByteCount(configuration: bytes(1)) else { throw error("invalid zone size \"\(text(1))\"") }
    guard size >= .kibibytes(32) else { throw error("zone \"\(text(0))\" is too small") }
    try reading.defineZone(text(0), size: size, at: position)
    return text(0)
  }
}

extension UpstreamBlock.Balancing {
  var allowsBackup: Bool {
    switch self {
    case .roundRobin, .leastConnections: true
    case .ipHash, .random, .hash: false
    }
  }
}

/// `server address [parameters]` inside an upstream.
private struct UpstreamServerDirective {
  let invocation: Invocation
  private var result: UpstreamBlock.Server

  init(_ invocation: Invocation) {
    self.invocation = invocation
    result = UpstreamBlock.Server(address: invocation.text(0), position: invocation.position)
  }

  func server() throws(Diagnostic) -> UpstreamBlock.Server {
    var copy = self
    for text in invocation.texts.dropFirst() { try copy.read(text) }
    do throws(HostPort.Failure) {
      _ = try HostPort(invocation.text(0), defaultPort: 80)
    } catch {
      throw invocation.error("\(error.rawValue) in upstream \"\(invocation.text(0))\"")
    }
    return copy.result
  }

  private mutating func read(_ text: String) throws(Diagnostic) {
    if let value = text.after("weight=") {
      result.weight = try number(value, of: text, atLeast: 1)
    } else if let value = text.after("max_conns=") {
      result.maxConnections = try number(value, of: text, atLeast: 0)
    } else if let value = text.after("max_fails=") {
      result.maxFails = try number(value, of: text, atLeast: 0)
    } else if let value = text.after("fail_timeout=") {
      guard let time = Duration(configuration: value.utf8, unit: .seconds) else {
        throw invocation.invalidParameter(text)
      }
      result.failTimeout = time
    } else {
      try readFlag(text)
    }
  }

  private mutating func readFlag(_ text: String) throws(Diagnostic) {
    switch text {
    case "backup":
      guard invocation.scope.upstream?.balancing.allowsBackup ?? true else {
        throw invocation.error("balancing method does not support parameter \"backup\"")
      }
      result.isBackup = true
    case "down": result.isDown = true
    case "resolve": result.resolves = true
    default: throw invocation.invalidParameter(text)
    }
  }

  private func number(_ value: String, of text: String, atLeast minimum: Int) throws(Diagnostic) -> Int {
    guard let number = Int(configuration: value.utf8), number >= minimum else {
      throw invocation.invalidParameter(text)
    }
    return number
  }
}
