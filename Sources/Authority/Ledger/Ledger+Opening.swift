import GRDB
import Glibc

/// How the ledger's file is opened: by those who may write in its folder, and by those who may only read.
extension Ledger {
  static func writableQueue(_ path: String, isPatient: Bool) throws -> DatabaseQueue {
    var configuration = GRDB.Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = isPatient ? .timeout(30) : .immediateError
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA secure_delete = ON") }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    // Last: turning WAL on turns synchronous down to NORMAL, which forgets commits when the power fails.
    try queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    try LedgerSchema.migrator.migrate(queue)
    return queue
  }

  /// SQLite reads a WAL database beside which nothing can be written in two cases: another connection keeps the index of
  /// its log, or there is no log and nothing changes. The second is said by `immutable`.
  static func readOnlyQueue(_ path: String) throws -> DatabaseQueue {
    var configuration = GRDB.Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    do {
      return try checked(DatabaseQueue(path: path, configuration: configuration), path: path)
    } catch let error as DatabaseError where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) {
      var log = stat()
      guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else {
        throw AuthorityError.ledger(
          path: path,
          problem: "its last writer was stopped, and nothing can be written here to catch up; "
            + "run `countersign list` as the one who may write", isFull: false)
      }
      return try checked(DatabaseQueue(path: immutableURI(path), configuration: configuration), path: path)
    }
  }

  /// Whether this process may change the ledger and make the files beside it that SQLite needs for that.
  static func isWritable(_ path: String) -> Bool {
    let places: [String] = [path, FilePaths.parent(of: path)]
    return places.allSatisfy { faccessat(AT_FDCWD, $0, W_OK, AT_EACCESS) == 0 }
  }

  private static func checked(_ queue: DatabaseQueue, path: String) throws -> DatabaseQueue {
    guard try queue.read(LedgerSchema.migrator.hasCompletedMigrations) else {
      throw AuthorityError.ledger(
        path: path, problem: "it is of an older version; run `countersign list` as the one who may write", isFull: false
      )
    }
    return queue
  }

  private static func immutableURI(_ path: String) -> String {
    let escaped = path.utf8.map { byte -> String in
      let isPlain = byte < 0x80 && !"%?#".utf8.contains(byte) && byte > 0x20
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "file:" + escaped.joined() + "?immutable=1"
  }
}
