import Authority
import Cryptography
import Foundation
import Glibc
import PKI
import Testing

@Suite("A full disk", .serialized)
struct FullDiskTests {
  /// A file system of `kilobytes` in memory; nil, with a notice, where this user may not mount one.
  private func smallDisk(_ kilobytes: Int) throws -> SmallDisk? {
    guard getuid() == 0, let disk = try SmallDisk(kilobytes: kilobytes) else {
      print("notice: a small tmpfs cannot be mounted here; the full disk is not tried")
      return nil
    }
    return disk
  }

  @Test("issuing on a disk of any fullness ends with a clear error or a whole certificate")
  func issuing() throws {
    guard let disk = try smallDisk(600) else { return }
    try disk.countersign(["ca", "init", "--no-passphrase"], expect: 0)
    try disk.countersign(["issue", "client", "first"], expect: 0)
    for keep in stride(from: 0, through: 240, by: 12) {
      try disk.fill(leaving: keep)
      let outcome = try disk.countersign(["issue", "client", "c\(keep)"])
      if outcome.status != 0 {
        #expect(outcome.status == 1)
        #expect(outcome.errors.lowercased().contains("no space left"), "\(keep): \(outcome.errors)")
      }
      try disk.empty()
      let listed = try disk.countersign(["list"], expect: 0).output
      let files = try FileManager.default.contentsOfDirectory(atPath: disk.path + "/pki/client")
      let isIssued = listed.contains("client/c\(keep) ")
      #expect(files.filter { $0.hasPrefix("c\(keep).") }.count == (isIssued ? 3 : 0))
      #expect(files.filter { $0.hasPrefix(".") } == [])
      #expect(outcome.status != 0 || isIssued)
    }
    try disk.countersign(["issue", "client", "last"], expect: 0)
  }

  @Test("renewing an OCSP signer on a full disk leaves the one before whole, or makes a whole new one")
  func ocspSigner() throws {
    guard let disk = try smallDisk(600) else { return }
    try disk.countersign(["ca", "init", "--no-passphrase"], expect: 0)
    try disk.countersign(["ca", "ocsp-signer"], expect: 0)
    for keep in stride(from: 0, through: 240, by: 20) {
      try disk.fill(leaving: keep)
      let outcome = try disk.countersign(["ca", "ocsp-signer"])
      if outcome.status != 0 {
        #expect(outcome.status == 1)
        #expect(outcome.errors.lowercased().contains("no space left"), "\(keep): \(outcome.errors)")
      }
      try disk.empty()
      try disk.countersign(["list"], expect: 0)
      let folder = disk.path + "/pki/ca"
      let key = try KeyFile.read(folder + "/ca-ocsp.key") { nil }
      let certificate = try CertificateFile.read(folder + "/ca-ocsp.crt")
      #expect(key.publicKey.subjectPublicKeyInfo == certificate.subjectPublicKeyInfo)
      #expect(try !FileManager.default.contentsOfDirectory(atPath: folder).contains { $0.hasSuffix(".unfinished") })
    }
  }

  @Test("making a CA on a disk without room leaves no key, and works once there is room")
  func initializing() throws {
    guard let disk = try smallDisk(600) else { return }
    try disk.fill(leaving: 40)
    let outcome = try disk.countersign(["ca", "init", "--no-passphrase"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.lowercased().contains("no space left"))
    #expect(!FileManager.default.fileExists(atPath: disk.path + "/pki/ca/ca.key"))
    try disk.empty()
    try disk.countersign(["ca", "init", "--no-passphrase"], expect: 0)
  }
}

/// A tmpfs, unmounted when the test is over.
final class SmallDisk {
  let path: String

  init?(kilobytes: Int) throws {
    path = NSTemporaryDirectory() + "disk-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let mounted = try Program.run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path])
    guard mounted.status == 0 else {
      try? FileManager.default.removeItem(atPath: path)
      return nil
    }
  }

  deinit {
    _ = try? Program.run("umount", [path])
    try? FileManager.default.removeItem(atPath: path)
  }

  @discardableResult
  func countersign(_ arguments: [String], expect status: Int32? = nil) throws -> Outcome {
    let outcome = try Program.run(Program.countersign, arguments + ["--dir", path + "/pki"])
    if let status, outcome.status != status { throw ScenarioFailure(what: "\(arguments): \(outcome.errors)") }
    return outcome
  }

  /// Fills the disk up to `leaving` kilobytes.
  func fill(leaving: Int) throws {
    var facts = statvfs()
    statvfs(path, &facts)
    let free = Int(facts.f_bfree) * Int(facts.f_frsize) - leaving * 1024
    guard free > 0 else { return }
    _ = FileManager.default.createFile(atPath: path + "/filler", contents: Data(count: free))
  }

  func empty() throws { unlink(path + "/filler") }
}
