import FoundationEssentials
import GRDB
import PKI

/// A file that must exist because of what the ledger has committed.
struct Publication: Sendable {
  enum Content: Sendable {
    case bytes([UInt8])
    /// Flushed already under this path, to be renamed: keys, which never enter the ledger.
    case staged(String)
  }

  let path: String
  let content: Content
  let mode: UInt32

  static func file(_ path: String, _ bytes: [UInt8]) -> Publication {
    Publication(path: path, content: .bytes(bytes), mode: AtomicFile.publicMode)
  }

  static func key(_ path: String, staged: String) -> Publication {
    Publication(path: path, content: .staged(staged), mode: AtomicFile.keyMode)
  }

  func write() throws(AuthorityError) {
    switch content {
    case .bytes(let bytes): try AtomicFile.write(bytes, to: path, mode: mode)
    case .staged(let staged):
      // Absent: an earlier run renamed it and was killed before it could say so.
      if FilePaths.exists(staged) { try AtomicFile.move(staged, to: path) }
    }
  }
}

extension Database {
  /// A later file at the same path takes the place of an earlier one that was never written.
  func enqueue(_ publications: [Publication], in layout: Layout) throws {
    for publication in publications {
      var bytes: [UInt8]?
      var staged: String?
      switch publication.content {
      case .bytes(let content): bytes = content
      case .staged(let path): staged = layout.stored(path)
      }
      let path = layout.stored(publication.path)
      try execute(sql: "DELETE FROM publication WHERE path = ?", arguments: [path])
      try execute(
        sql: "INSERT INTO publication (stagedPath, bytes, path, mode) VALUES (?, ?, ?, ?)",
        arguments: [staged, bytes.map { Data($0) }, path, Int64(publication.mode)])
    }
  }
}

extension Ledger {
  /// Writes every file the ledger still owes and forgets those written.
  ///
  /// - Returns: one error for each file that could not be written; it stays owed.
  func publish(in layout: Layout) throws(AuthorityError) -> [AuthorityError] {
    var failures: [AuthorityError] = []
    var written: [Int64] = []
    for row in try read({ try Row.fetchAll($0, sql: "SELECT * FROM publication ORDER BY id") }) {
      let staged: String? = row["stagedPath"]
      let content = staged.map { Publication.Content.staged(layout.resolved($0)) } ?? .bytes(row.bytes("bytes"))
      let publication = Publication(
        path: layout.resolved(row["path"]), content: content, mode: UInt32(row["mode"] as Int64))
      do {
        try publication.write()
        written.append(row["id"])
      } catch {
        failures.append(error)
      }
    }
    guard !written.isEmpty else { return failures }
    // One transaction for all: each costs a flush of the disk, and a file written twice is the same file.
    do throws(AuthorityError) {
      try write { database in
        for id in written { try database.execute(sql: "DELETE FROM publication WHERE id = ?", arguments: [id]) }
      }
    } catch {
      failures.append(error)
    }
    return failures
  }

  /// The staged files the ledger still owes a place.
  func stagedPaths(in layout: Layout) throws(AuthorityError) -> Set<String> {
    let paths = try read {
      try String.fetchAll($0, sql: "SELECT stagedPath FROM publication WHERE stagedPath IS NOT NULL")
    }
    return Set(paths.map(layout.resolved))
  }
}
