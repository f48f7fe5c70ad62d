import ArgumentParser
import Authority
import PKI

struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Say why the gateway refused a client's certificate, by the id of the refusal.",
    discussion: """
      The id stands in the error log, and on the page of the refusal where
      ssl_verify_client_detail is on. Without -e the log is looked for in the
      directory: error.log, then logs/error.log.

      Exit codes: 0 found, 1 no such refusal in the log, 2 bad input.

      Example:
        countersign why 7k2m9qxa -e /var/log/countersign/error.log
      """)

  @Argument(help: ArgumentHelp("The id of the refusal: eight characters.", valueName: "id"))
  var id: String

  @Option(name: [.customShort("e"), .customLong("error-log")], help: ArgumentHelp("The error log.", valueName: "file"))
  var errorLog: String?

  @Option(name: .customLong("dir"), help: ArgumentHelp("Where `countersign up` keeps its files.", valueName: "dir"))
  var directory = "mtls_certs"

  func validate() throws {
    guard RefusalLine.isID(id) else {
      throw ValidationError("\"\(id)\" is no id of a refusal: eight letters and digits")
    }
  }

  func run() throws {
    let path = try logFile()
    guard let line = try LogSearch(path: path).first(where: { RefusalLine($0, id: id.lowercased()) }) else {
      throw NoSuchRefusal(id: id, path: path)
    }
    print(VisibleText.escapedLines(line.report))
  }

  private func logFile() throws(UsageError) -> String {
    if let errorLog { return errorLog }
    for candidate in ["\(directory)/error.log", "\(directory)/logs/error.log"] where FileReader.exists(candidate) {
      return candidate
    }
    throw UsageError("there is no error.log in \(directory); name the gateway's error log with -e")
  }
}

/// The log was read to its end.
struct NoSuchRefusal: CommandFailure {
  let id: String
  let path: String

  var message: String {
    "\(path) has no refusal \(id)\nThe gateway may write another log (its error_log), or the log was rotated since."
  }
  var exitCode: Int32 { ExitStatus.refused }
}
