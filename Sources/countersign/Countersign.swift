import ArgumentParser
import Cryptography

/// The root command. Each subcommand has its own file; conventions they share are in `CommandLine/`.
@main
struct Countersign: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "countersign",
    abstract: "Mutual TLS: a private CA, its certificates, and a gateway that lets only their holders in.",
    discussion: """
      Exit codes: 0 done, 1 refused or failed, 2 bad usage or input. Errors go to
      standard error as "countersign: …". Lists are also printed with --json.
      """,
    version: "countersign 0.1.0",
    subcommands: [
      CACommand.self, IssueCommand.self, SignCommand.self, CSRCommand.self, RenewCommand.self, RevokeCommand.self,
      ListCommand.self, ShowCommand.self, ExportCommand.self, VerifyCommand.self, WhyCommand.self,
      GatewayCommand.self, UpCommand.self,
    ])

  static func main() {
    // Every command may come to hold a key or a passphrase.
    CoreDumps.forbid()
    CommandRunner.run(Countersign.self, arguments: Array(CommandLine.arguments.dropFirst()))
  }
}
