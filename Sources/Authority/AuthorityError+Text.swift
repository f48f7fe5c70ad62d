import Glibc
import PKI

extension AuthorityError: CustomStringConvertible {
  public var description: String { operatorText }

  /// One message for the operator: the place, the value and the accepted form.
  public var operatorText: String {
    inputText ?? refusalText ?? surroundingsText
  }

  private static func shown(_ text: String) -> String { VisibleText.escaped(VisibleText.shortened(text, limit: 1024)) }

  private var inputText: String? {
    switch self {
    case .invalidValue(let what, let value, let accepted):
      "\(what) \"\(Self.shown(value))\" cannot be used; accepted: \(accepted)"
    case .unknownProfile(let name, let known):
      "there is no profile \"\(Self.shown(name))\"; known: \(known.joined(separator: ", "))"
    case .unknownAuthority(let name, let known):
      "there is no CA \"\(Self.shown(name))\" here; known: \(known.joined(separator: ", "))"
    case .profileFile(let path, let place, let problem): "\(path): \(place): \(problem)"
    case .notFound(let query, let near, let file): Self.notFound(query, near, file)
    case .notRecorded(let file, let serial):
      "\(file): certificate \(serial) is not in the ledger; `countersign ca recover --certificates \(file)` takes it in if it is ours"
    case .ambiguous(let query, let candidates):
      ([
        "\"\(Self.shown(query))\" matches more than one certificate; give the first word of a line, or its serial number:"
      ]
        + candidates.map { "  " + Self.shown($0) }).joined(separator: "\n")
    default: nil
    }
  }

  private static func notFound(_ query: String, _ near: [String], _ file: String?) -> String {
    let cure =
      near.isEmpty
      ? "give a serial number, a fingerprint or a name (`countersign list`), or a file by --file"
      : "near it: \(near.map(shown).joined(separator: ", "))"
    let path = file.map { "; the file of that name is ./\(shown($0))" } ?? ""
    return "no certificate matches \"\(shown(query))\"; \(cure)\(path)"
  }

  private var refusalText: String? {
    switch self {
    case .noAuthority(let directory): "there is no CA in \(directory): run `countersign ca init --dir \(directory)`"
    case .authorityExists(let path): "there is a CA already: \(path)"
    case .authorityRemains(let directory, let file, let isForeign):
      isForeign
        ? "\(file) is of an `openssl ca` or easy-rsa directory: `countersign ca import \(directory) --dir \(directory)` takes it over"
        : "\(file) is there and its ledger is not: `countersign ca recover --dir \(directory)` rebuilds it, with this key; another CA needs another --dir"
    case .authorityKey(let path): "\(path) is a CA's key, which nothing overwrites: choose another file"
    case .privateKey(let path): "\(path) holds a private key, which gives way to nothing else: choose another file"
    case .ledgerContradicted(let authority, let directory, let contradictions):
      LedgerContradiction.text(contradictions, authority: authority, directory: directory)
    case .fileExists(let path): "\(path) exists and is left alone; --force replaces it"
    case .nameRefused(let name, let profile, let accepted):
      "the profile \(profile) does not allow the name \(Self.shown(name)); allowed: \(accepted)"
    case .lintRefused(let findings): findings.map(\.description).joined(separator: "\n")
    case .csrRefused(let path, let problem): "\(path): the request is refused: \(Self.shown(problem))"
    case .requestNames(let path, let name, let further):
      "\(path) asks for more than \(Self.shown(name)): \(further.map(Self.shown).joined(separator: ", "))\n--accept-csr-names certifies them; `countersign issue PROFILE NAME --csr \(path)` with --san certifies yours"
    case .authorityUnusable(let name, let problem): "the CA \(name) signs no certificates: \(problem)"
    case .alreadyRevoked(let serial, let at): "certificate \(serial) is revoked already, since \(at)"
    case .notOnHold(let serial): "certificate \(serial) is not on hold: only a certificateHold can be taken back"
    case .notRenewable(let serial, let problem): "certificate \(serial) is not renewed: \(Self.shown(problem))"
    case .passphraseRequired(let path): "\(path) is encrypted and no passphrase was given"
    case .wrongPassphrase(let path): "wrong passphrase for \(path)"
    case .keyMismatch(let key, let certificate): "the key \(key) does not belong to the certificate \(certificate)"
    case .exposed(let path, let problem, let cure): "\(path): \(problem); run `\(cure)`"
    case .importDamaged(let damages):
      damages.map(\.description).joined(separator: "\n")
        + "\nnothing was imported; --skip-damaged imports the rest"
    case .importSource(let path, let problem): "\(path): \(problem)"
    default: nil
    }
  }

  private var surroundingsText: String {
    switch self {
    case .unreadable(let path, let problem): "\(path): \(problem)"
    case .fileSystem(let operation, let path, let code):
      "cannot \(operation) \(path): \(String(cString: strerror(code)))"
    case .ledger(let path, let problem, let isFull):
      isFull ? "\(path): no space left on the device; nothing was changed" : "\(path): \(problem)"
    case .busy(let directory): "another countersign command is at work in \(directory)"
    case .cryptography(let operation, let problem): "\(operation): \(problem)"
    case .notPublished(let serial, let cause):
      "\(cause.operatorText)\nthe ledger has certificate \(serial); its files are written by the next command in this directory"
    default: ""
    }
  }
}
