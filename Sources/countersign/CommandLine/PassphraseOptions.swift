import ArgumentParser
import Authority
import Cryptography

/// How an existing key is unlocked: from a file, or by asking.
struct PassphraseOptions: ParsableArguments {
  @Option(
    name: .customLong("passphrase-file"),
    help: ArgumentHelp("The CA key's passphrase is the first line of this file.", valueName: "file"))
  var file: String?

  /// For a key found to be encrypted. Nil: there is nobody to ask.
  func unlocking(_ what: String) -> () -> SecretBytes? {
    { [file] in
      if let file { return try? PassphraseFile.read(file) }
      return PassphrasePrompt.ask("Passphrase for \(what): ")
    }
  }

  /// Refuses an unreadable file before anything is done.
  func check() throws(AuthorityError) {
    if let file { _ = try PassphraseFile.read(file) }
  }
}

/// How a new CA key is protected. One of the three must be chosen; asking is the choice of who says nothing.
struct NewPassphraseOptions: ParsableArguments {
  @Option(
    name: .customLong("passphrase-file"),
    help: ArgumentHelp("Encrypt the new key with the first line of this file.", valueName: "file"))
  var file: String?

  @Flag(
    name: .customLong("no-passphrase"), help: "Leave the new key unencrypted (its file is readable by its owner alone)."
  )
  var isUnprotected = false

  func protection(for path: String) throws -> KeyProtection {
    if isUnprotected {
      guard file == nil else { throw UsageError("--passphrase-file and --no-passphrase exclude each other") }
      return .unencrypted
    }
    if let file { return .passphrase(try PassphraseFile.read(file)) }
    guard let passphrase = PassphrasePrompt.askTwice("Passphrase for \(path): ") else {
      throw UsageError("there is no terminal to ask for a passphrase: give --passphrase-file FILE or --no-passphrase")
    }
    guard !passphrase.isEmpty else {
      throw UsageError("an empty passphrase protects nothing; --no-passphrase leaves the key unencrypted")
    }
    return .passphrase(passphrase)
  }
}
