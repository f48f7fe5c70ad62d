import Cryptography
import PKI
import Synchronization

/// The CAs' own keys, opened when an answer needs one for want of a delegated signer, and kept open.
final class OCSPOwnKeys: Sendable {
  private enum Entry {
    case open(PrivateKey)
    /// It could not be opened; not tried again before a while.
    case closed(problem: String, until: UnixTime)
  }

  private let layout: Layout
  private let passphrase: @Sendable () -> SecretBytes?
  private let entries = Mutex<[Int64: Entry]>([:])

  /// Between two tries: opening an encrypted key costs a fifth of a second.
  private static let pause: Int64 = 60

  init(layout: Layout, passphrase: @escaping @Sendable () -> SecretBytes?) {
    self.layout = layout
    self.passphrase = passphrase
  }

  /// May take long the first time.
  func signer(of issuer: OCSPIssuer, at now: UnixTime) -> Result<OCSPSigner, OCSPSignerMissing> {
    entries.withLock { entries in
      let entry = usable(entries[issuer.id], at: now) ?? open(issuer, at: now)
      entries[issuer.id] = entry
      switch entry {
      case .open(let key): return .success(OCSPSigner(key: key, certificate: issuer.certificate, isDelegated: false))
      case .closed(let problem, _): return .failure(OCSPSignerMissing(authority: issuer.name, problem: problem))
      }
    }
  }

  private func usable(_ entry: Entry?, at now: UnixTime) -> Entry? {
    guard case .closed(_, let until) = entry, until <= now else { return entry }
    return nil
  }

  private func open(_ issuer: OCSPIssuer, at now: UnixTime) -> Entry {
    let path = layout.authority(issuer.name).key
    do throws(AuthorityError) {
      let key = try KeyFile.readPrivate(path, passphrase: passphrase)
      guard key.publicKey.subjectPublicKeyInfo == issuer.certificate.subjectPublicKeyInfo else {
        throw .keyMismatch(key: path, certificate: layout.authority(issuer.name).certificate)
      }
      return .open(key)
    } catch {
      return .closed(problem: error.operatorText, until: UnixTime(now.seconds + Self.pause))
    }
  }
}

/// Nobody can sign for a CA: it has no delegated signer, and its own key is not at hand.
struct OCSPSignerMissing: Error {
  let authority: String
  /// What keeps its own key from being used.
  let problem: String

  var operatorText: String {
    "nobody can sign OCSP answers for the CA \(authority): run `countersign ca ocsp-signer --ca \(authority)` (\(problem))"
  }
}
