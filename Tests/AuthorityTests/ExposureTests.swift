import Cryptography
import Foundation
import Glibc
import PKI
import Testing

@testable import Authority

@Suite("Who else could use it")
struct ExposureTests {
  /// The problem's cure, run in a shell as an operator would.
  private func mend(_ error: AuthorityError) throws -> Int32 {
    guard case .exposed(_, _, let cure) = error else { throw error }
    #expect(error.operatorText.contains("run `\(cure)`"))
    // Root has no need of sudo, and it may not be there.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", cure.replacing("sudo ", with: "")]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// What is thrown; nil when nothing is.
  private func refusal(_ body: () throws -> Void) -> AuthorityError? {
    do { try body() } catch { return error as? AuthorityError }
    return nil
  }

  private static let bits: [mode_t] = [0o001, 0o002, 0o004, 0o010, 0o020, 0o040]

  @Test(
    "a CA's key that others may do anything with is not used, until the command that is named has mended it",
    arguments: bits)
  func key(_ bit: mode_t) throws {
    let authority = try TemporaryAuthority()
    let path = authority.root + "/pki/ca/ca.key"
    for mode in [0o400, 0o600] as [mode_t] {
      #expect(chmod(path, mode) == 0)
      _ = try authority.signer()
    }
    #expect(chmod(path, 0o400 | bit) == 0)
    let error = try #require(refusal { _ = try authority.signer() })
    #expect(try mend(error) == 0)
    _ = try authority.signer()
  }

  @Test("so is a passphrase's file", arguments: bits)
  func passphrase(_ bit: mode_t) throws {
    let path = NSTemporaryDirectory() + "pass of ' " + UUID().uuidString
    defer { unlink(path) }
    try AtomicFile.write(Array("secret\r\nrest".utf8), to: path, mode: 0o600)
    #expect(try PassphraseFile.read(path) == "secret")
    #expect(chmod(path, 0o600 | bit) == 0)
    let error = try #require(refusal { _ = try PassphraseFile.read(path) })
    #expect(try mend(error) == 0)
    #expect(try PassphraseFile.read(path) == "secret")
  }

  @Test("a folder that others may write in: nothing is signed, revoked or made there", arguments: ["pki", "pki/ca"])
  func folder(_ name: String) throws {
    let authority = try TemporaryAuthority()
    let path = authority.root + "/" + name
    let signer = try authority.signer()
    try authority.issue("client", "alice")
    for bit in [0o020, 0o002, 0o1022] as [mode_t] {
      #expect(chmod(path, 0o755 | bit) == 0)
      let request = IssueRequest(profile: try ProfileSet.builtIn.profile("client"), name: "x")
      #expect(refusal { _ = try authority.signer() } != nil)
      #expect(refusal { _ = try authority.directory.issue(request, signer: signer) } != nil)
      #expect(refusal { try authority.directory.writeCRL(signer: signer) } != nil)
      #expect(refusal { try AuthorityDirectory.refuseExisting(authority.root + "/pki", force: true) } != nil)
      let error = try #require(refusal { _ = try authority.directory.issue(request, signer: signer) })
      // Reading goes on, and says what is wrong.
      let reopened = try authority.reopened()
      #expect(try reopened.certificates().map(\.name) == ["alice"])
      #expect(reopened.warnings.contains { $0.contains("chmod go-w") })
      #expect(try mend(error) == 0)
    }
    #expect(chmod(path, 0o755) == 0)
    try authority.issue("client", "bob")
  }

  @Test("no CA is made in a folder that others may write in, and nothing is left there")
  func initialize() throws {
    let path = NSTemporaryDirectory() + "exposure-" + UUID().uuidString
    try FilePaths.makeFolder(path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(chmod(path, 0o777) == 0)
    let request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=x"), protection: .unencrypted)
    let actor = TemporaryAuthority.actor(TemporaryAuthority.start)
    let error = try #require(refusal { _ = try AuthorityDirectory.initialize(path, request, as: actor) })
    #expect(FilePaths.names(in: path).isEmpty)
    #expect(try mend(error) == 0)
    _ = try AuthorityDirectory.initialize(path, request, as: actor)
  }

  @Test("what another user owns is refused", .enabled(if: geteuid() == 0, "only root can give files away"))
  func owners() throws {
    let authority = try TemporaryAuthority()
    for path in ["ca/ca.key", "ca", ""].map({ "\(authority.root)/pki/\($0)" }) {
      #expect(chown(path, 54321, 54321) == 0)
      let error = try #require(refusal { _ = try authority.signer() })
      #expect(error.operatorText.contains("owned by 54321"))
      #expect(try mend(error) == 0)
      _ = try authority.signer()
    }
  }
}
