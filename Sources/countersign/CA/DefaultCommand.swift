import ArgumentParser
import Authority

struct DefaultCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "default",
    abstract: "Choose the CA that signs when none is named.",
    discussion: "A CA that is revoked or expired, or below one that is, can't be chosen: it signs no certificates.")

  @OptionGroup var directory: DirectoryOptions

  @Argument(help: ArgumentHelp("The CA, as `countersign ca show` names it.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let opened = try directory.open()
    try opened.makeDefault(name, why: why)
    if json { return print(JSONText.of(["default": name])) }
    print("the CA \(name) signs from now on when none is named")
  }
}
