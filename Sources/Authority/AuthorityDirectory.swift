import GRDB
import Glibc
import PKI

/// A directory with one private CA, its intermediates and everything they issued: the way into this module.
///
/// Reading needs no lock. Whatever changes something takes the directory's lock, catches up with what an earlier
/// command left unfinished, and does its work in ledger transactions, files last. Not for use by two threads at once.
public final class AuthorityDirectory {
  /// In seconds: `default_crl_days` of the usual `openssl.cnf`.
  public static let usualCRLLifetime: Int64 = 30 * ValidityBounds.day

  public let layout: Layout
  let ledger: Ledger
  let actor: Operator
  /// What could not be caught up with; each text is for the operator.
  public internal(set) var warnings: [String] = []
  /// Where the key of a CA that another took the place of is kept, and the files that went with it.
  public internal(set) var kept: [String] = []

  /// Opens an existing directory and finishes what an earlier command was killed in.
  ///
  /// - Throws: ``AuthorityError/noAuthority(directory:)`` when no CA was made there yet,
  ///   ``AuthorityError/authorityRemains(directory:file:isForeign:)`` when one was and the ledger is gone.
  public static func open(_ path: String, as actor: Operator) throws(AuthorityError) -> AuthorityDirectory {
    let layout = Layout(root: path)
    guard FilePaths.exists(layout.ledger) else {
      try layout.refuseRemains()
      throw .noAuthority(directory: layout.root)
    }
    let directory = AuthorityDirectory(layout, try Ledger(path: layout.ledger, creating: false), actor)
    guard try !directory.ledger.authorities().isEmpty else {
      try layout.refuseRemains()
      throw .noAuthority(directory: layout.root)
    }
    directory.catchUpIfIdle()
    return directory
  }

  /// Whether a CA is there already.
  public static func exists(_ path: String) -> Bool {
    let layout = Layout(root: path)
    guard FilePaths.exists(layout.ledger), let ledger = try? Ledger(path: layout.ledger, creating: false) else {
      return false
    }
    return (try? ledger.authorities().isEmpty) == false
  }

  /// Makes the folders and an empty ledger, or opens those that an unfinished ``initialize(_:_:as:)`` left.
  static func prepare(_ path: String, as actor: Operator) throws(AuthorityError) -> AuthorityDirectory {
    let layout = Layout(root: path)
    try Exposure.check(layout)
    for folder in layout.folders { try FilePaths.makeFolder(folder) }
    return AuthorityDirectory(layout, try Ledger(path: layout.ledger, creating: true), actor)
  }

  init(_ layout: Layout, _ ledger: Ledger, _ actor: Operator) {
    self.layout = layout
    self.ledger = ledger
    self.actor = actor
  }

  /// Every CA of the directory, the first one first.
  public func authorities() throws(AuthorityError) -> [AuthorityRecord] { try ledger.authorities() }

  /// The CA called `name`; without a name the one that signs by default.
  public func authority(_ name: String?) throws(AuthorityError) -> AuthorityRecord {
    let all = try authorities()
    guard let found = all.first(where: { name.map { [$0] }?.contains($0.name) ?? $0.isDefault }) else {
      guard let name else { throw .noAuthority(directory: layout.root) }
      throw .unknownAuthority(name: name, known: all.map(\.name))
    }
    return found
  }

  /// The profiles of `ca/profiles.json`, or of `path`, on top of the built-in ones.
  public func profiles(_ path: String? = nil) throws(AuthorityError) -> ProfileSet {
    if let path { return try ProfileFile.read(path) }
    return FilePaths.exists(layout.profiles) ? try ProfileFile.read(layout.profiles) : .builtIn
  }

  /// The newest acts first.
  public func audit(limit: Int) throws(AuthorityError) -> [AuditRecord] { try ledger.audit(limit: limit) }
}
