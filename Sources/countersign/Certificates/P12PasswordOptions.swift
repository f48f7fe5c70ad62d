import ArgumentParser
import Authority
import Cryptography

/// The password of a PKCS#12 file about to be written.
struct P12PasswordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The PKCS#12 password is the first line of this file; asked for without it.", valueName: "file"))
  var passwordFile: String?

  @Flag(help: "3DES and SHA-1, for key stores that know nothing newer (old Windows, macOS and Java).")
  var legacy = false

  func forWriting() throws -> SecretBytes {
    let secret: SecretBytes
    if let passwordFile {
      secret = try PassphraseFile.read(passwordFile)
    } else if let typed = PassphrasePrompt.askTwice("Password for the PKCS#12 file: ") {
      secret = typed
    } else {
      throw UsageError("there is no terminal to ask for the PKCS#12 password: give --password-file FILE")
    }
    guard secret.withBytes({ String(validating: $0, as: UTF8.self) != nil }) else {
      throw UsageError("the PKCS#12 password is not UTF-8")
    }
    return secret
  }
}
