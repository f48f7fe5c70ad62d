import GRDB
import Glibc
import PKI

/// A kill -9 leaves intents without a certificate, files not yet written and files not yet named. Each is settled by the
/// next command that opens the directory.
extension AuthorityDirectory {
  /// Runs `body` as the only writer, after catching up.
  func exclusively<T>(_ body: () throws(AuthorityError) -> T) throws(AuthorityError) -> T {
    try Exposure.check(layout)
    let lock = try DirectoryLock(layout)
    try catchUp()
    try FreeSpace.check(layout.authorityFolder)
    let result = try body()
    _ = consume lock
    return result
  }

  /// Catches up unless another command is at work: then it is its business.
  func catchUpIfIdle() {
    // Who may only read leaves it to those who may write.
    if ledger.isReadOnly { return }
    do {
      try Exposure.check(layout)
      let lock = try DirectoryLock(layout, patience: 0)
      try catchUp()
      _ = consume lock
    } catch AuthorityError.busy {
      return
    } catch {
      warnings.append(error.operatorText)
    }
  }

  func catchUp() throws(AuthorityError) {
    try abandonIntents()
    warnings.append(contentsOf: try ledger.publish(in: layout).map(\.operatorText))
    try sweep()
  }

  private func abandonIntents() throws(AuthorityError) {
    let intents = try ledger.read {
      try Row.fetchAll($0, sql: "SELECT id, serial, name, stagedPath FROM certificate WHERE state = 'intent'")
    }
    for intent in intents {
      try ledger.write { database in
        try database.abandon(intent: intent["id"])
        let entry = AuditEntry(
          action: .abandon, serial: intent["serial"], what: intent["name"], why: "an earlier command did not finish")
        try database.audit(entry, by: actor.name, at: actor.now)
      }
      if let staged = intent["stagedPath"] as String? { unlink(layout.resolved(staged)) }
    }
  }

  /// Removes files that never reached their place and that the ledger does not owe one.
  private func sweep() throws(AuthorityError) {
    let owed = try ledger.stagedPaths(in: layout)
    for folder in layout.folders {
      for name in FilePaths.names(in: folder) where AtomicFile.isLeftover(name) {
        let path = folder + "/" + name
        if !owed.contains(path) { unlink(path) }
      }
    }
  }
}
