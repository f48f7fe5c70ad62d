import Foundation

/// A CA made and used with the program's own commands, as an operator would.
final class OwnAuthority: Sendable {
  let directory: TemporaryDirectory
  let name: String

  var path: String { directory.file(name) }
  var certificate: String { directory.file("\(name)/ca/ca.crt") }

  /// - Parameter passphrase: the key's; unencrypted without.
  init(_ name: String = "pki", in directory: TemporaryDirectory, passphrase: String? = nil) throws {
    self.directory = directory
    self.name = name
    if let passphrase {
      try directory.writeSecret("\(name).pass", passphrase + "\n")
      try run("ca", "init", "--subject", "/O=Test/CN=\(name)", "--passphrase-file", directory.file("\(name).pass"))
    } else {
      try run("ca", "init", "--subject", "/O=Test/CN=\(name)", "--no-passphrase")
    }
  }

  /// Runs a command on the CA's directory; what it printed.
  @discardableResult
  func run(_ arguments: String...) throws -> String {
    let run = try Program.run(Program.countersign, arguments + ["--dir", path])
    guard run.succeeded else { throw GatewayFailure(text: "countersign \(arguments): \(run.errors)") }
    return run.output
  }

  func server(_ name: String = "localhost") throws -> Identity {
    try run("issue", "server", name)
    return Identity(certificate: "\(path)/server/\(name).crt", key: "\(path)/server/\(name).key")
  }

  func client(_ name: String) throws -> Identity {
    try run("issue", "client", name)
    return Identity(certificate: "\(path)/client/\(name).crt", key: "\(path)/client/\(name).key")
  }
}
