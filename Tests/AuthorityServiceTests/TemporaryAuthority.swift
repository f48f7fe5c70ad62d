import Authority
import ContentService
import Cryptography
import Foundation
import PKI
import Synchronization
import Testing

@testable import AuthorityService

/// A CA in a folder of its own, gone when the test is over.
final class TemporaryAuthority {
  let root: String
  var place: AuthorityPlace { AuthorityPlace(directory: root + "/pki") }

  /// - Parameter age: how long ago, in seconds, it was made.
  init(age: Int64 = 0, protection: KeyProtection = .unencrypted) throws {
    root = NSTemporaryDirectory() + "authority-service-tests-" + UUID().uuidString
    let request = AuthorityRequest(
      subject: try DistinguishedName(parsing: "/O=Test/CN=Root"), protection: protection)
    _ = try AuthorityDirectory.initialize(root + "/pki", request, as: Self.actor(age: age))
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  static func actor(age: Int64 = 0) -> Operator {
    Operator(name: "tester", clock: { UnixTime(Int64(Date().timeIntervalSince1970) - age) })
  }

  /// The directory as another process would see it.
  func reopened() throws -> AuthorityDirectory { try AuthorityDirectory.open(root + "/pki", as: Self.actor()) }

  /// A file of its owner alone, as passphrases must be.
  func file(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/" + name))
    chmod(root + "/" + name, 0o600)
    return root + "/" + name
  }
}

extension ContentService {
  /// The answer, waited for.
  func answer(_ request: ServiceRequest) async -> ServiceResponse {
    await withCheckedContinuation { continuation in answer(request) { continuation.resume(returning: $0) } }
  }
}

extension ServiceResponse {
  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
