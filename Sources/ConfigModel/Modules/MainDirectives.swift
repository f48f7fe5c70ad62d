import ConfigSyntax

extension DirectiveTable {
  /// The main and events contexts.
  static let mainRows: [DirectiveRow] = [
    .custom(
      "include", in: .any, "file | mask", .exactly(1), isRepeatable: true,
      "Reads another file, or all that match a mask, at this place; relative to the configuration's folder."
    ) { invocation throws(Diagnostic) in
      invocation.reading.include(invocation.text(0), at: invocation.position) {
        invocation.reading.read($0, into: invocation.scope)
      }
    },
    .block("events", in: .main, "", .exactly(0), isRepeatable: false, "Holds what concerns connections as a whole.") {
      invocation throws(Diagnostic) in
      invocation.readBlock(into: Scope(.events, at: invocation.position))
    },
    main(
      "error_log", "file | stderr | syslog:server=address[,parameter=value] [level]", .atLeast(1),
      default: "logs/error.log error", isRepeatable: true, "Where errors are logged, from which level on."
    ) { invocation throws(Diagnostic) in
      invocation.reading.main.errorLogs.append(try ErrorLog(invocation))
    },
    main("pid", "file", .exactly(1), default: "logs/countersign.pid", "The file that holds the main process's number.")
    {
      invocation throws(Diagnostic) in
      invocation.reading.main.pidFile = invocation.reading.paths.underPrefix(invocation.text(0))
    },
    main("daemon", .flag, \.daemon, default: "on", "Whether the gateway goes to the background."),
    main("worker_processes", "number | auto", .exactly(1), default: "1", "Number of event loops; auto: one a core.") {
      invocation throws(Diagnostic) in
      invocation.reading.main.workerProcesses = try invocation.workerCount()
    },
    .noEffect(
      "user", in: .main, .words("user [group]", .between(1, 2)),
      because: "the process keeps the account it was started under"),
    main(
      "worker_shutdown_timeout", Grammar<Duration>.time.optional, \.workerShutdownTimeout, default: nil,
      "How long a graceful shutdown waits before open connections are closed."),
    main(
      "worker_rlimit_core", Grammar<ByteCount>.offset.optional, \.coreFileLimit, default: nil,
      "The size of core files, which hold the keys that are in memory. Without it there are none, and no debugger of the same user gets at the process. Taken at the start, within the hard limit."
    ),
    .noEffect(
      "env", in: .main, .words("variable[=value]", .exactly(1)), isRepeatable: true,
      because: "the environment is kept as it is"),
    .noEffect(
      "worker_rlimit_nofile", in: .main, Grammar<Int>.number,
      because: "the limit on open files is set where the process is started"),
    .noEffect(
      "working_directory", in: .main, Grammar<String>.string("directory"),
      because: "the working directory stays where the process was started"),
  ]

  /// What nginx needs to know of its processes and sockets, and this program does not.
  static let processRows: [DirectiveRow] = [
    .noEffect(
      "worker_connections", in: .events, Grammar<Int>.number,
      because: "the number of connections is bounded by the limit on open files"),
    .noEffect("use", in: .events, .words("method", .exactly(1)), because: "the event mechanism is epoll"),
    .noEffect(
      "multi_accept", in: .events, Grammar<Bool>.flag,
      because: "all event loops accept as many connections as there are"),
    .noEffect("accept_mutex", in: .events, Grammar<Bool>.flag, because: "event loops do not compete for connections"),
    .noEffect(
      "accept_mutex_delay", in: .events, Grammar<Duration>.time,
      because: "event loops do not compete for connections"),
    .noEffect("worker_aio_requests", in: .events, Grammar<Int>.number, because: "files are not read with aio"),
    .noEffect(
      "debug_connection", in: .events, .words("address | CIDR | unix:", .exactly(1)), isRepeatable: true,
      because: "the level of error_log holds for all connections"),
    .noEffect("master_process", in: .main, Grammar<Bool>.flag, because: "there is one process"),
    .noEffect("lock_file", in: .main, .words("file", .exactly(1)), because: "there is one process"),
    .noEffect(
      "worker_priority", in: .main, .words("number", .exactly(1)),
      because: "the priority of the process is the service manager's"),
    .noEffect(
      "worker_cpu_affinity", in: .main, .words("auto | cpumask …", .atLeast(1)),
      because: "event loops are not pinned to cores"),
    .noEffect("timer_resolution", in: .main, Grammar<Duration>.time, because: "time is read where it is needed"),
    .noEffect("debug_points", in: .main, .words("abort | stop", .exactly(1)), because: "there are no debug points"),
    .noEffect("pcre_jit", in: .main, Grammar<Bool>.flag, because: "expressions are always compiled to machine code"),
    .noEffect(
      "thread_pool", in: .main, .words("name threads=number [max_queue=number]", .between(2, 3)),
      isRepeatable: true, because: "files are not read by thread pools"),
    .noEffect(
      "load_module", in: .main, .words("file", .exactly(1)), isRepeatable: true,
      because: "all modules are built in"),
    .noEffect("ssl_engine", in: .main, .words("device", .exactly(1)), because: "the TLS library has no engines"),
    .noEffect(
      "ssl_object_cache_inheritable", in: .main, Grammar<Bool>.flag,
      because: "certificates are read anew on each reload"),
  ]

  private static func main<Value>(
    _ name: String, _ grammar: Grammar<Value>, _ path: WritableKeyPath<MainSettings, Value> & Sendable,
    default defaultText: String?, _ meaning: String
  ) -> DirectiveRow {
    main(name, grammar.syntax, grammar.arity, default: defaultText, meaning) { invocation throws(Diagnostic) in
      invocation.reading.main[keyPath: path] = try grammar.parse(invocation)
    }
  }

  private static func main(
    _ name: String, _ syntax: String, _ arity: Arity, default defaultText: String?, isRepeatable: Bool = false,
    _ meaning: String, apply: @escaping @Sendable (Invocation) throws(Diagnostic) -> Void
  ) -> DirectiveRow {
    .custom(
      name, in: .main, syntax, arity, isRepeatable: isRepeatable, default: defaultText, meaning, apply: apply)
  }
}

extension Invocation {
  /// Reads the directive's block.
  func readBlock(into inner: Scope) {
    reading.read(directive.block ?? [], into: inner)
  }

  fileprivate func workerCount() throws(Diagnostic) -> Int? {
    if text(0) == "auto" { return nil }
    guard let count = Int(configuration: bytes(0)) else { throw error("\"\(name)\" directive invalid value") }
    guard count > 0 else { throw outOfRange(1...Int.max) }
    return count
  }
}
