import Foundation
import Glibc
import GRDB
import PKI
import Synchronization
import Testing

@testable import Authority

@Suite("What makes a file durable")
struct DurabilityTests {
  private enum Call: Equatable {
    case create(String), write(String), setMode(String, UInt32), sync(String), close(String)
    case rename(String, String), remove(String)
  }

  /// Records every call, makes it, and fails those that `fault` names.
  private final class Recorder: Sendable {
    let calls = Mutex<[Call]>([])
    private let names = Mutex<[Int32: String]>([:])
    private let fault: @Sendable (Call) -> Bool

    init(_ fault: @escaping @Sendable (Call) -> Bool = { _ in false }) { self.fault = fault }

    var operations: FileOperations {
      let system = FileOperations()
      var recorded = FileOperations()
      recorded.create = { [self] path in
        let file = step(.create(Self.kind(path))) { system.create(path) }
        names.withLock { $0[file] = Self.kind(path) }
        return file
      }
      recorded.openFolder = { [self] path in
        let file = system.openFolder(path)
        names.withLock { $0[file] = "folder" }
        return file
      }
      recorded.write = { [self] file, bytes in
        // In small pieces, as a full disk or a signal has it.
        Int(step(.write(name(file))) { Int32(system.write(file, .init(rebasing: bytes.prefix(3)))) })
      }
      recorded.setMode = { [self] file, mode in step(.setMode(name(file), mode)) { system.setMode(file, mode) } }
      recorded.sync = { [self] file in step(.sync(name(file))) { system.sync(file) } }
      recorded.close = { [self] file in step(.close(name(file))) { system.close(file) } }
      recorded.rename = { [self] old, new in
        step(.rename(Self.kind(old), Self.kind(new))) { system.rename(old, new) }
      }
      recorded.remove = { [self] path in step(.remove(Self.kind(path))) { system.remove(path) } }
      return recorded
    }

    /// Temporary names are random.
    private static func kind(_ path: String) -> String {
      AtomicFile.isLeftover(FilePaths.name(of: path)) ? "temporary" : FilePaths.name(of: path)
    }

    private func name(_ file: Int32) -> String { names.withLock { $0[file] ?? "?" } }

    private func step(_ call: Call, _ body: () -> Int32) -> Int32 {
      calls.withLock { $0.append(call) }
      guard fault(call) else { return body() }
      errno = EIO
      return -1
    }
  }

  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "durability-" + UUID().uuidString
    try FilePaths.makeFolder(path)
    return path
  }

  @Test(
    "a file is written beside its place, flushed, renamed, and its folder flushed, in this order and never in place")
  func order() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let recorder = Recorder()
    try FileOperations.$current.withValue(recorder.operations) {
      try AtomicFile.write([1, 2, 3, 4], to: folder + "/f", mode: 0o444)
    }
    #expect(
      recorder.calls.withLock { $0 } == [
        .create("temporary"), .write("temporary"), .write("temporary"), .setMode("temporary", 0o444),
        .sync("temporary"), .close("temporary"), .rename("temporary", "f"), .sync("folder"), .close("folder"),
      ])
    #expect(try FileReader.bytes(of: folder + "/f") == [1, 2, 3, 4])
  }

  @Test("whatever fails before the rename leaves the old file, and nothing beside it", arguments: 0..<4)
  func failures(_ step: Int) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write([9], to: folder + "/f", mode: 0o600)
    let recorder = Recorder { call in
      switch call {
      case .write: step == 0
      case .setMode: step == 1
      case .sync("temporary"): step == 2
      case .rename: step == 3
      case .create, .sync, .close, .remove: false
      }
    }
    #expect(throws: AuthorityError.self) {
      try FileOperations.$current.withValue(recorder.operations) {
        try AtomicFile.write([1], to: folder + "/f", mode: 0o600)
      }
    }
    #expect(try FileReader.bytes(of: folder + "/f") == [9])
    #expect(FilePaths.names(in: folder) == ["f"])
  }

  @Test("every file of an issued certificate goes this way, its key flushed before all else")
  func issuing() throws {
    let authority = try TemporaryAuthority()
    let recorder = Recorder()
    try FileOperations.$current.withValue(recorder.operations) { _ = try authority.issue("client", "alice") }
    let calls = recorder.calls.withLock { $0 }
    // The key is made and flushed, with its folder, before the certificate is signed; then it moves.
    #expect(calls.prefix(2) == [.create("temporary"), .write("temporary")])
    let flushed = try #require(calls.firstIndex(of: .sync("temporary")))
    #expect(calls[..<flushed].contains(.setMode("temporary", AtomicFile.keyMode)))
    let places = calls.compactMap { if case .rename(_, let place) = $0 { place } else { nil } }
    #expect(places == ["alice.key", "alice.csr", "alice.crt"])
    #expect(calls.count { $0 == .sync("temporary") } == 3)
    #expect(calls.count { $0 == .sync("folder") } == 4)
    #expect(!calls.contains { if case .create(let name) = $0 { name != "temporary" } else { false } })
  }

  @Test("a key is not overwritten without force")
  func keys() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.writeKey([1], to: folder + "/k", force: false)
    #expect(throws: AuthorityError.self) { try AtomicFile.writeKey([2], to: folder + "/k", force: false) }
    #expect(try FileReader.bytes(of: folder + "/k") == [1])
    try AtomicFile.writeKey([2], to: folder + "/k", force: true)
    #expect(try FileReader.bytes(of: folder + "/k") == [2])
    var status = stat()
    #expect(stat(folder + "/k", &status) == 0 && status.st_mode & 0o777 == 0o400)
  }

  @Test("the ledger flushes each commit, and forgets nothing that was deleted in plain sight")
  func ledger() throws {
    let authority = try TemporaryAuthority()
    let pragmas = try authority.directory.ledger.read { database in
      try ["journal_mode", "synchronous", "secure_delete"].map {
        try String.fetchOne(database, sql: "PRAGMA \($0)")
      }
    }
    #expect(pragmas == ["wal", "2", "1"])
  }

  @Test("a serial number is in the ledger once, for each CA")
  func serials() throws {
    let authority = try TemporaryAuthority()
    let issued = try authority.issue("client", "alice")
    #expect(throws: AuthorityError.self) {
      try authority.directory.ledger.write { database in
        try database.execute(
          sql: """
            INSERT INTO certificate (authorityID, serial, state, origin, profile, name, folder, subject,
              alternativeNames, notAfter, createdAt)
            SELECT authorityID, serial, state, origin, profile, name, folder, subject, alternativeNames, notAfter,
              createdAt FROM certificate WHERE serial = ?
            """, arguments: [issued.record.serial])
      }
    }
    #expect(try authority.directory.certificates().count == 1)
  }
}
