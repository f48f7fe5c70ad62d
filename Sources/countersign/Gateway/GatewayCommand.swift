import ArgumentParser
import AuthorityService
import Gateway

/// `countersign gateway`: nginx's flags on our program.
struct GatewayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gateway",
    abstract: "Terminate TLS, verify client certificates and proxy, as an nginx configuration says.",
    usage: "countersign gateway [<options>]",
    discussion: """
      Signals: HUP reloads, QUIT ends when the open requests are done, TERM and INT
      end at once, USR1 reopens the logs. Exit status: 0 success, 1 the
      configuration or a signal failed, 2 wrong usage.
      """)

  @Option(name: .customShort("c"), help: "Configuration file, relative to the prefix.")
  var file = GatewayOptions.defaultConfigurationFile

  @Option(name: .customShort("p"), help: "Prefix that relative paths of the configuration begin with.")
  var prefix = GatewayOptions.defaultPrefix

  @Option(
    name: .customShort("e"),
    help: "Error log until, and unless, the configuration names one ('stderr' for standard error).")
  var errorLog: String?

  @Option(name: .customShort("g"), help: "Directives of the main context, read before those of the file.")
  var globalDirectives: String?

  @Flag(name: .customShort("q"), help: "With -t: say nothing unless there is an error.")
  var quiet = false

  @Flag(name: .customShort("t"), help: "Test the configuration and the files it names, then exit.")
  var test = false

  @Flag(name: .customShort("T"), help: "Test, and print every file of the configuration.")
  var testAndDump = false

  @Flag(name: .customShort("v"), help: "Print the version.")
  var showVersion = false

  @Flag(name: .customShort("V"), help: "Print the version and what it is built with.")
  var showBuild = false

  @Option(name: .customShort("s"), help: "Send a signal to the running gateway: stop, quit, reload or reopen.")
  var signal: GatewaySignal?

  var options: GatewayOptions {
    GatewayOptions(
      configurationFile: file, prefix: prefix, errorLog: errorLog, globalDirectives: globalDirectives, isQuiet: quiet)
  }

  func run() throws {
    if showVersion || showBuild {
      StandardError.writePlain(showBuild ? BuildInformation.text : BuildInformation.versionLine)
    } else if test || testAndDump {
      try checkConfiguration()
    } else if let signal {
      try signal.send(options)
    } else {
      try GatewayRunner(options: options).run()
    }
  }

  private func checkConfiguration() throws {
    let report = ConfigurationCheck.run(options, services: LocalAuthorities())
    for line in report.messages where !quiet || !report.isValid { StandardError.write(line) }
    if testAndDump && report.isValid { StandardOutput.write(report.dump) }
    if !report.isValid { throw ExitCode(1) }
  }
}
