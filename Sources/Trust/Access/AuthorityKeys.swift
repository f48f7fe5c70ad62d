import PKI
import Synchronization

/// The keys of the CAs that a rule names by their certificates. A CA's other certificates, renewed ones and cross-certificates,
/// have its key; another CA of its name has not.
///
/// What is trusted may change while rules live: the keys are replaced when their file does.
public final class AuthorityKeys: Sendable {
  /// SubjectPublicKeyInfos.
  private let keys: Mutex<Set<[UInt8]>>

  public init(_ certificates: [Certificate]) { keys = Mutex(Self.keys(certificates)) }

  public func replace(with certificates: [Certificate]) {
    let fresh = Self.keys(certificates)
    keys.withLock { $0 = fresh }
  }

  func contains(_ certificate: Certificate) -> Bool {
    keys.withLock { $0.contains(certificate.subjectPublicKeyInfo) }
  }

  private static func keys(_ certificates: [Certificate]) -> Set<[UInt8]> {
    Set(certificates.map(\.subjectPublicKeyInfo))
  }
}

/// Two are one if they change together.
extension AuthorityKeys: Hashable {
  public static func == (a: AuthorityKeys, b: AuthorityKeys) -> Bool { a === b }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
