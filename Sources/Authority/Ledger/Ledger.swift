import GRDB
import Glibc
import PKI

/// The authority's memory: every certificate, revocation, CRL and act, in one SQLite file (WAL, synchronous=FULL).
///
/// What the ledger has committed is true, and the files follow: each file to be written is a row of `publication` in
/// the same transaction, so that a program killed in between is caught up with by the next one.
final class Ledger: Sendable {
  let path: String
  private let queue: DatabaseQueue
  /// Opened by who may not write: reading is all that can be done.
  let isReadOnly: Bool

  /// Opens the ledger; makes it when `creating`.
  ///
  /// - Parameter isPatient: waits for others where SQLite has it wait, instead of failing at once.
  init(path: String, creating: Bool, isPatient: Bool = true) throws(AuthorityError) {
    self.path = path
    if creating { try Self.makeFile(path) }
    isReadOnly = !creating && !Self.isWritable(path)
    do {
      queue = try isReadOnly ? Self.readOnlyQueue(path) : Self.writableQueue(path, isPatient: isPatient)
    } catch {
      throw Self.failure(error, path: path)
    }
  }

  func read<T>(_ body: (Database) throws -> T) throws(AuthorityError) -> T {
    do { return try queue.read(body) } catch { throw Self.failure(error, path: path) }
  }

  /// One transaction: everything in `body` or nothing.
  func write<T>(_ body: (Database) throws -> T) throws(AuthorityError) -> T {
    do { return try queue.write(body) } catch { throw Self.failure(error, path: path) }
  }

  /// All pages are sound, by SQLite's own check.
  func check() throws(AuthorityError) {
    let answer = try read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard answer == "ok" else { throw .ledger(path: path, problem: "is damaged: \(answer ?? "")", isFull: false) }
  }

  /// Brings everything into the file itself, so that it can be renamed.
  func settle() throws(AuthorityError) {
    do { try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } } catch {
      throw Self.failure(error, path: path)
    }
  }

  /// One transaction that is undone, whatever came of it.
  func rehearse<T>(_ body: (Database) throws -> T) throws(AuthorityError) -> T {
    do {
      return try queue.writeWithoutTransaction { database in
        var result: Result<T, any Error>?
        try database.inTransaction {
          result = Result { try body(database) }
          return .rollback
        }
        guard let result else { throw AuthorityError.ledger(path: path, problem: "no transaction ran", isFull: false) }
        return try result.get()
      }
    } catch { throw Self.failure(error, path: path) }
  }

  /// A number that changes when another connection, of whichever process, has committed something. It is read from
  /// memory that SQLite shares among the processes.
  func version() throws(AuthorityError) -> Int64 {
    do {
      return try queue.unsafeRead { try Int64.fetchOne(try $0.cachedStatement(sql: "PRAGMA data_version")) ?? 0 }
    } catch {
      throw Self.failure(error, path: path)
    }
  }

  /// SQLite gives its journal the ledger's own permissions, so the ledger is made before SQLite sees it.
  private static func makeFile(_ path: String) throws(AuthorityError) {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .fileSystem(operation: "make the ledger", path: path, errno: errno) }
    close(file)
  }

  private static func failure(_ error: any Error, path: String) -> AuthorityError {
    if let known = error as? AuthorityError { return known }
    guard let database = error as? DatabaseError else {
      return .ledger(path: path, problem: "\(FaultText.of(error))", isFull: false)
    }
    if database.resultCode == .SQLITE_NOTADB || database.resultCode == .SQLITE_CORRUPT {
      let problem = "is damaged (\(database.message ?? "\(database.resultCode)")): `countersign ca recover` rebuilds it"
      return .ledger(path: path, problem: problem, isFull: false)
    }
    let isFull = database.resultCode == .SQLITE_FULL || database.extendedResultCode == .SQLITE_IOERR_SHMSIZE
    return .ledger(path: path, problem: database.message ?? "\(database.resultCode)", isFull: isFull)
  }
}
