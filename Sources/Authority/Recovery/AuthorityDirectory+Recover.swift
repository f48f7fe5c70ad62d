import GRDB
import Glibc
import PKI

extension AuthorityDirectory {
  /// Rebuilds the ledger of the directory at `path` from its keys, certificates and CRLs; one that is there and
  /// readable is brought up to what they say, and to its own audit log.
  ///
  /// Nothing is signed: a CRL that lacks what was recovered is known to be stale afterwards.
  ///
  /// - Throws: ``AuthorityError/noAuthority(directory:)`` when no certificate of a CA is there.
  public static func recover(_ path: String, _ request: RecoveryRequest, as actor: Operator) throws(AuthorityError)
    -> RecoveryReport
  {
    let layout = Layout(root: path)
    guard FilePaths.isFolder(layout.authorityFolder) else { throw .noAuthority(directory: layout.root) }
    for file in request.lists where RevocationListFile.encodings(file).isEmpty {
      throw .unreadable(path: file, problem: "has no revocation list")
    }
    let lock = try DirectoryLock(layout)
    let ledger = try LedgerState(layout)
    var recovery = Recovery(layout, request, now: actor.now, isNew: !ledger.isUsable)
    var report: RecoveryReport
    if ledger.isUsable {
      report = try run(&recovery, on: try Ledger(path: layout.ledger, creating: false), request, actor)
    } else {
      report = try rebuild(&recovery, layout, request, actor)
    }
    if let problem = ledger.problem { report.notRecovered.insert(problem, at: 0) }
    _ = consume lock
    return report
  }

  /// A new ledger takes its place when it is complete.
  private static func rebuild(
    _ recovery: inout Recovery, _ layout: Layout, _ request: RecoveryRequest, _ actor: Operator
  ) throws(AuthorityError) -> RecoveryReport {
    let path = AtomicFile.temporaryPath(for: layout.ledger)
    defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
    var report: RecoveryReport
    do {
      report = try run(&recovery, on: try Ledger(path: path, creating: true), request, actor)
    }
    guard !request.isRehearsal else { return report }
    report.keptLedger = try LedgerState.keep(layout, at: actor.now)
    try AtomicFile.move(path, to: layout.ledger)
    return report
  }

  private static func run(
    _ recovery: inout Recovery, on ledger: Ledger, _ request: RecoveryRequest, _ actor: Operator
  ) throws(AuthorityError) -> RecoveryReport {
    var work = recovery
    if request.isRehearsal {
      try ledger.rehearse { try work.run(in: $0, by: actor) }
    } else {
      try ledger.write { try work.run(in: $0, by: actor) }
      try ledger.settle()
    }
    recovery = work
    return work.report
  }
}

/// What became of a directory's ledger.
private struct LedgerState {
  /// It can be read and has a CA, or nothing that could be lost.
  let isUsable: Bool
  let problem: String?

  init(_ layout: Layout) throws(AuthorityError) {
    guard FilePaths.exists(layout.ledger) else {
      (isUsable, problem) = (false, nil)
      return
    }
    do throws(AuthorityError) {
      let ledger = try Ledger(path: layout.ledger, creating: false)
      try ledger.check()
      (isUsable, problem) = (try !ledger.authorities().isEmpty, nil)
    } catch {
      (isUsable, problem) = (false, "what only the damaged ledger has: \(error.operatorText)")
    }
  }

  /// Moves a ledger that cannot be used, and its journals, aside under a dated name.
  static func keep(_ layout: Layout, at now: UnixTime) throws(AuthorityError) -> String? {
    let date = now.rfc3339.filter { $0 != "-" && $0 != ":" }
    var kept: String?
    for suffix in ["-wal", "-shm", ""] where FilePaths.exists(layout.ledger + suffix) {
      let name = "\(layout.ledger).\(date)\(suffix)"
      guard rename(layout.ledger + suffix, name) == 0 else {
        throw .fileSystem(operation: "move aside", path: layout.ledger + suffix, errno: errno)
      }
      if suffix.isEmpty { kept = name }
    }
    return kept
  }
}
