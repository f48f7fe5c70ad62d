import Authority

/// The CAs unlocked during one command, so that a passphrase is asked for once.
final class Keyring {
  private let directory: AuthorityDirectory
  private let passphrase: PassphraseOptions
  private var unlocked: [String: UnlockedAuthority] = [:]

  init(_ directory: AuthorityDirectory, _ passphrase: PassphraseOptions) {
    self.directory = directory
    self.passphrase = passphrase
  }

  func signer(_ name: String) throws(AuthorityError) -> UnlockedAuthority {
    if let known = unlocked[name] { return known }
    let path = directory.layout.authority(name).key
    let signer = try directory.unlock(name, passphrase: passphrase.unlocking(path))
    unlocked[name] = signer
    return signer
  }
}
