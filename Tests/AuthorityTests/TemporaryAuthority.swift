import Cryptography
import Foundation
import PKI

@testable import Authority

/// A CA in a folder of its own, gone when the test is over, and a clock that tests turn.
final class TemporaryAuthority {
  let root: String
  let directory: AuthorityDirectory

  static let start = UnixTime(1_790_000_000)

  init(_ change: (inout AuthorityRequest) -> Void = { _ in }, at now: UnixTime = TemporaryAuthority.start) throws {
    root = NSTemporaryDirectory() + "authority-tests-" + UUID().uuidString
    var request = AuthorityRequest(subject: try DistinguishedName(parsing: "/O=Test/CN=Root"), protection: .unencrypted)
    change(&request)
    directory = try AuthorityDirectory.initialize(root + "/pki", request, as: Self.actor(now))
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  static func actor(_ now: UnixTime) -> Operator { Operator(name: "tester", clock: { now }) }

  /// The same directory as another process would see it.
  func reopened(at now: UnixTime = TemporaryAuthority.start) throws -> AuthorityDirectory {
    try AuthorityDirectory.open(root + "/pki", as: Self.actor(now))
  }

  func signer(_ name: String? = nil) throws -> UnlockedAuthority { try directory.unlock(name) { nil } }

  @discardableResult
  func issue(_ profile: String, _ name: String, _ change: (inout IssueRequest) -> Void = { _ in }) throws -> Issued {
    var request = IssueRequest(profile: try ProfileSet.builtIn.profile(profile), name: name)
    change(&request)
    return try directory.issue(request, signer: try signer())
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/pki/\(path)") }

  func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: "\(root)/pki/\(path)")[.posixPermissions] as? Int
  }

  func read(_ path: String) throws -> [UInt8] { try FileReader.bytes(of: "\(root)/pki/\(path)") }
}
