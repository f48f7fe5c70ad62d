import ArgumentParser

struct CACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ca",
    abstract: "Make, take over and look after the CA itself.",
    subcommands: [
      InitCommand.self, IntermediateCommand.self, ImportCommand.self, RecoverCommand.self, ShowCACommand.self,
      DefaultCommand.self,
      CRLCommand.self,
      PushCommand.self,
      OCSPSignerCommand.self, URLsCommand.self,
    ])
}
