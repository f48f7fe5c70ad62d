import Authority

extension AuthorityError: CommandFailure {
  var message: String { operatorText }
  var exitCode: Int32 { isBadInput ? ExitStatus.badInput : ExitStatus.refused }
}
