/// Arguments that parse and yet cannot be used together or as they are.
struct UsageError: CommandFailure {
  let message: String
  var exitCode: Int32 { ExitStatus.badInput }

  init(_ message: String) { self.message = message }
}
