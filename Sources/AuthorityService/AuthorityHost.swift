import Authority
import ContentService
import Glibc
import PKI
import Synchronization

/// One CA directory in use: what its ledger says now, and its keys when something must be signed.
///
/// What reads or signs waits for the disk and is called on a worker's thread; ``current`` is for event loops.
final class AuthorityHost: Sendable {
  let place: AuthorityPlace
  private let threads: WorkerThreads
  /// What the ledger said when it was last read.
  private let view: Mutex<AuthorityView>
  private let directory: SharedDirectory
  /// Once somebody asked for it.
  private let known = Mutex<OCSPResponder?>(nil)

  init(_ place: AuthorityPlace, threads: WorkerThreads) throws(ServiceUnavailable) {
    self.place = place
    self.threads = threads
    do throws(AuthorityError) {
      if let file = place.passwordFile { _ = try PassphraseFile.read(file) }
      let opened = try SharedDirectory(place)
      // Opening may finish what an earlier command left; reading changes nothing.
      let mark = LedgerMark(place)
      view = Mutex(
        try opened.working { (directory) throws(AuthorityError) in try AuthorityView(directory, mark: mark) })
      directory = opened
    } catch {
      throw ServiceUnavailable(error, place)
    }
  }

  /// What the ledger says, if it is what it was when it was last read; else ask ``read()``.
  var current: AuthorityView? {
    let known = view.withLock { $0 }
    return known.mark == LedgerMark(place) ? known : nil
  }

  /// What the ledger says now.
  func read() throws(AuthorityError) -> AuthorityView {
    if let current { return current }
    // Looked at before it is read: what changes meanwhile is seen by the next.
    let mark = LedgerMark(place)
    let fresh = try directory.working { (directory) throws(AuthorityError) in try AuthorityView(directory, mark: mark) }
    view.withLock { $0 = fresh }
    return fresh
  }

  /// Runs `work` on a worker's thread; `false` when too much waits already.
  func perform(_ work: @escaping @Sendable () -> Void) -> Bool { threads.perform(work) }

  /// Writes the CA's CRL anew, with its key.
  func renewCRL(of name: String) throws(AuthorityError) -> WrittenCRL {
    let passphrase = try place.passwordFile.map(PassphraseFile.read)
    return try directory.working { (directory) throws(AuthorityError) in
      try directory.writeCRL(signer: try directory.unlock(name) { passphrase })
    }
  }

  /// Answers OCSP requests for the CAs of the directory; one for all who ask.
  func responder() throws(ServiceUnavailable) -> OCSPResponder {
    if let known = known.withLock({ $0 }) { return known }
    let file = place.passwordFile
    do throws(AuthorityError) {
      let made = try directory.working { (directory) throws(AuthorityError) in
        try OCSPResponder(directory: directory, passphrase: { file.flatMap { try? PassphraseFile.read($0) } })
      }
      known.withLock { $0 = made }
      return made
    } catch {
      throw ServiceUnavailable(error, place)
    }
  }

  /// Where OCSP requests are answered: renews the signers of the answers.
  ///
  /// - Returns: what keeps answers from being signed, for the operator.
  func maintainResponder(at now: UnixTime) -> [String] { known.withLock({ $0 })?.maintain(at: now) ?? [] }

  /// The first CA's file has the CRLs of those below as well.
  func revocationListFile() throws(ServiceUnavailable) -> String {
    let first = view.withLock { $0.authorities.first?.record.name }
    guard let first else { throw ServiceUnavailable(reason: "there is no CA in \"\(place.directory)\"") }
    return Layout(root: place.directory).authority(first).crl
  }
}

extension UnixTime {
  static var now: UnixTime { UnixTime(Int64(time(nil))) }
}

extension ServiceUnavailable {
  init(_ error: AuthorityError, _ place: AuthorityPlace) {
    self.init(reason: "the CA directory \"\(place.directory)\" can't be used: \(error.operatorText)")
  }
}
