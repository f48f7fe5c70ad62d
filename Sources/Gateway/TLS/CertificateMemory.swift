import ConfigModel
import Synchronization
import TrustFeeds

/// Contexts made of certificates whose names have variables: kept as `ssl_certificate_cache` says.
///
/// Without a cache the files are read each time; what was made of them before is used again where they are the same, so
/// that sessions live on.
final class CertificateMemory<Context: AnyObject & Sendable>: Sendable {
  /// Makes the context of some credentials; may block.
  typealias Maker =
    @Sendable (_ names: CertificateNames, _ texts: CertificateTextPairs) throws(CredentialFailure)
    -> Context

  private struct Entry {
    let context: Context
    /// What the context was made from beside the files; other settings make another.
    let base: AnyObject & Sendable
    let digest: [UInt8]
    let signatures: [FileSignature]
    var checked: Duration
    var used: Duration
  }

  private let setting: CertificateCacheSetting?
  private let maximum: Int
  private let entries = Mutex<[CertificateNames: Entry]>([:])
  /// When what is not asked for was let go last: not at every handshake, for event loops wait meanwhile.
  private let swept = Mutex<Duration>(.zero)

  init(_ setting: CertificateCacheSetting?) {
    self.setting = setting
    maximum = setting?.maximum ?? 256
  }

  var count: Int { entries.withLock { $0.count } }

  /// What may be used without a look at the files.
  ///
  /// - Parameter now: of a clock that only goes forward.
  func fresh(_ names: CertificateNames, base: AnyObject, at now: Duration) -> Context? {
    guard let setting else { return nil }
    return entries.withLock { entries in
      guard let entry = entries[names], entry.base === base else { return nil }
      let isWrittenOut = names.pairs.allSatisfy { $0.certificate.path == nil && $0.key.path == nil }
      guard isWrittenOut || now - entry.checked <= setting.valid else { return nil }
      entries[names]?.used = now
      return entry.context
    }
  }

  /// Looks at the files, reads them where they changed, and makes what is new. Blocks.
  func load(
    _ names: CertificateNames, base: AnyObject & Sendable, at now: Duration, _ make: Maker
  ) throws(CredentialFailure) -> Context {
    // Looked at before they are read: what changes meanwhile is another state the next time.
    let signatures = names.pairs.flatMap { [$0.certificate, $0.key] }.compactMap(\.path).map { FileSignature($0) }
    let known = entries.withLock { $0[names] }.flatMap { $0.base === base ? $0 : nil }
    if setting != nil, let known, known.signatures == signatures {
      keep(names, known, at: now)
      return known.context
    }
    do throws(CredentialFailure) {
      let texts = try names.texts()
      let digest = texts.digest
      let same = known.flatMap { $0.digest == digest ? $0.context : nil }
      let context = if let same { same } else { try make(names, texts) }
      let entry = Entry(
        context: context, base: base, digest: digest, signatures: signatures, checked: now, used: now)
      keep(names, entry, at: now)
      return context
    } catch {
      entries.withLock { _ = $0.removeValue(forKey: names) }
      throw error
    }
  }

  private func keep(_ names: CertificateNames, _ entry: Entry, at now: Duration) {
    let sweeps = swept.withLock { last in
      guard now - last >= .seconds(1) else { return false }
      last = now
      return true
    }
    entries.withLock { entries in
      var entry = entry
      entry.checked = now
      entry.used = now
      entries[names] = entry
      if let setting, sweeps || entries.count > maximum {
        entries = entries.filter { now - $0.value.used <= setting.inactive || $0.key == names }
      }
      guard entries.count > maximum else { return }
      // Some at a time: each look at all of them costs.
      let oldest = entries.filter { $0.key != names }.sorted { $0.value.used < $1.value.used }
      for (name, _) in oldest.prefix(entries.count - maximum + maximum / 16) { entries[name] = nil }
    }
  }
}
