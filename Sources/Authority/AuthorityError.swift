/// Why the Authority did not do what was asked. ``operatorText`` words it; ``isBadInput`` chooses the exit code.
public enum AuthorityError: Error, Sendable {
  // What was asked cannot be understood.
  case invalidValue(what: String, value: String, accepted: String)
  case unknownProfile(name: String, known: [String])
  case unknownAuthority(name: String, known: [String])
  case profileFile(path: String, place: String, problem: String)
  /// - near: words that find something; file: one of that name lies in the working directory.
  case notFound(query: String, near: [String] = [], file: String? = nil)
  case notRecorded(file: String, serial: String)
  case ambiguous(query: String, candidates: [String])

  // What was asked is refused.
  case noAuthority(directory: String)
  case authorityExists(path: String)
  case fileExists(path: String)
  /// Files of a CA are there and its ledger is not, or has no CA: `isForeign` when they are `openssl ca`'s.
  case authorityRemains(directory: String, file: String, isForeign: Bool)
  /// A CA's key would have been overwritten.
  case authorityKey(path: String)
  /// A private key would have given way to something that is none.
  case privateKey(path: String)
  /// What was made public or put on record contradicts the ledger: no CRL is signed.
  case ledgerContradicted(authority: String, directory: String, [LedgerContradiction])
  case nameRefused(name: String, profile: String, accepted: String)
  case lintRefused([LintFinding])
  case csrRefused(path: String, problem: String)
  /// A request asks for names that nobody has accepted.
  case requestNames(path: String, name: String, further: [String])
  case authorityUnusable(name: String, problem: String)
  case alreadyRevoked(serial: String, at: String)
  case notOnHold(serial: String)
  case notRenewable(serial: String, problem: String)
  case passphraseRequired(path: String)
  case wrongPassphrase(path: String)
  case keyMismatch(key: String, certificate: String)
  /// Others than the operator could use it; `cure` is the command that mends it.
  case exposed(path: String, problem: String, cure: String)
  case importDamaged([ImportDamage])
  case importSource(path: String, problem: String)

  // What lies around us is not as it must be.
  case unreadable(path: String, problem: String)
  case fileSystem(operation: String, path: String, errno: Int32)
  case ledger(path: String, problem: String, isFull: Bool)
  case busy(directory: String)
  case cryptography(operation: String, problem: String)
  /// The ledger has the certificate, its files are not out yet; the next command in the directory writes them.
  indirect case notPublished(serial: String, cause: AuthorityError)
}

extension AuthorityError {
  /// The operator gave something that cannot be used as it stands (exit code 2), as against a refusal (1).
  public var isBadInput: Bool {
    switch self {
    case .invalidValue, .unknownProfile, .unknownAuthority, .profileFile, .notFound, .notRecorded, .ambiguous,
      .unreadable:
      true
    default: false
    }
  }

  /// What failed is none of the certificate's own business: the next one would fail as well.
  public var concernsAll: Bool {
    switch self {
    case .noAuthority, .authorityRemains, .ledgerContradicted, .passphraseRequired, .wrongPassphrase, .keyMismatch,
      .exposed, .fileSystem, .ledger, .busy, .cryptography, .notPublished:
      true
    default: false
    }
  }
}
