import ConfigSyntax

extension DirectiveTable {
  /// Blocks, addresses and names.
  static let httpBlockRows: [DirectiveRow] = [
    .block("http", in: .main, "", .exactly(0), isRepeatable: false, "Holds everything about HTTP.") {
      invocation throws(Diagnostic) in
      let http = Scope(.http, at: invocation.position)
      invocation.reading.httpScope = http
      invocation.readBlock(into: http)
    },
    .block("server", in: .http, "", .exactly(0), "A virtual server.") { invocation throws(Diagnostic) in
      let server = Scope(.server, at: invocation.position)
      invocation.scope.children.append(server)
      invocation.readBlock(into: server)
    },
    .custom(
      "listen", in: .server,
      "address[:port] | port | unix:path [default_server] [ssl] [http2] [proxy_protocol] [backlog=number] "
        + "[rcvbuf=size] [sndbuf=size] [deferred] [bind] [ipv6only=on|off] [reuseport] [fastopen=number] "
        + "[so_keepalive=on|off|[keepidle]:[keepintvl]:[keepcnt]]",
      .atLeast(1), isRepeatable: true, default: "*:80 | *:8000", "An address and port that the server answers on."
    ) { invocation throws(Diagnostic) in
      invocation.scope.server.listens.append(contentsOf: try ListenDirective(invocation).drafts())
    },
    .custom(
      "server_name", in: .server, "name …", .atLeast(1), isRepeatable: true, default: "\"\"",
      "Names of the server: exact, with a wildcard at an end, or a regular expression after ~."
    ) { invocation throws(Diagnostic) in
      for text in invocation.texts {
        invocation.scope.server.names.append(try ServerNameDraft(text, invocation))
      }
    },
    .block(
      "location", in: [.server, .location], "[= | ~ | ~* | ^~] uri | @name", .between(1, 2),
      "Settings for requests by their URI."
    ) { invocation throws(Diagnostic) in
      let location = Scope(.location, at: invocation.position)
      location.match = try LocationDirective(invocation).match()
      invocation.scope.children.append(location)
      invocation.readBlock(into: location)
    },
    .block(
      "limit_except", in: .location, "method …", .atLeast(1), isRepeatable: false,
      "Settings for requests with any other method than these."
    ) { invocation throws(Diagnostic) in
      let inner = Scope(.limitExcept, at: invocation.position)
      inner.match = invocation.scope.match
      invocation.scope.limitExcept = LimitExceptDraft(methods: try invocation.methods(), scope: inner)
      invocation.readBlock(into: inner)
    },
    .block(
      "types", in: .request, "", .exactly(0), "MIME types by file name extension.",
      inheriting: [Inheritance(\.location.core.$types)]
    ) { invocation throws(Diagnostic) in
      TypesBlock(invocation).read(invocation.directive.block ?? [])
    },
    .value(
      "default_type", in: .request, \.location.core.$defaultType, .string("mime-type"), default: "text/plain",
      "The MIME type of files whose extension is not known."),
    .noEffect("server_names_hash_max_size", in: .http, Grammar<Int>.number, because: hashReason),
    .noEffect("server_names_hash_bucket_size", in: .http, Grammar<Int>.number, because: hashReason),
    .noEffect("variables_hash_max_size", in: .http, Grammar<Int>.number, because: hashReason),
    .noEffect("variables_hash_bucket_size", in: .http, Grammar<Int>.number, because: hashReason),
    .noEffect("types_hash_max_size", in: .request, Grammar<Int>.number, because: hashReason),
    .noEffect("types_hash_bucket_size", in: .request, Grammar<Int>.number, because: hashReason),
  ]

  static let hashReason = "tables grow as they need"
}

extension Invocation {
  private static let knownMethods: Set<String> = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK",
    "UNLOCK", "PATCH",
  ]

  fileprivate func methods() throws(Diagnostic) -> Set<String> {
    var methods: Set<String> = []
    for text in texts {
      let method = text.uppercased()
      guard Self.knownMethods.contains(method) else { throw error("invalid method \"\(text)\"") }
      methods.insert(method)
    }
    if methods.contains("GET") { methods.insert("HEAD") }
    return methods
  }
}

/// `types { type extension …; }`: inside, names are MIME types.
private struct TypesBlock {
  let invocation: Invocation

  init(_ invocation: Invocation) {
    self.invocation = invocation
    let setting = invocation.scope.settings.location.core.$types
    if !setting.isSet { invocation.scope.settings.location.core.$types.set([:], at: invocation.position) }
  }

  func read(_ lines: [Directive]) {
    for line in lines {
      do throws(Diagnostic) {
        try read(line)
      } catch {
        invocation.reading.report(error)
      }
    }
  }

  private func read(_ line: Directive) throws(Diagnostic) {
    guard line.block == nil else { throw Diagnostic("unexpected \"{\"", at: line.position) }
    if line.name.text == "include" { return try include(line) }
    for word in line.arguments { add(word.text.lowercased(), line) }
  }

  private func include(_ line: Directive) throws(Diagnostic) {
    guard line.arguments.count == 1 else {
      throw Diagnostic("invalid number of arguments in \"include\" directive", at: line.position)
    }
    invocation.reading.include(line.arguments[0].text, at: line.position) { tree in
      read(tree.directives)
      if let failure = tree.failure { invocation.reading.report(failure) }
    }
  }

  private func add(_ fileExtension: String, _ line: Directive) {
    let core = invocation.scope.settings.location.core
    var types = core.types
    if let old = types.updateValue(line.name.text, forKey: fileExtension) {
      let text = "duplicate extension \"\(fileExtension)\", content type: \"\(line.name.text)\", "
      invocation.reading.report(
        Diagnostic(text + "previous content type: \"\(old)\"", at: line.position, severity: .warn))
    }
    invocation.scope.settings.location.core.$types.set(types, at: invocation.position)
  }
}
