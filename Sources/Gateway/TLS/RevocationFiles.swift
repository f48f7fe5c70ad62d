import ConfigModel
import ConfigSyntax
import PKI
import Synchronization
import Trust
import TrustFeeds

/// CRL files as they were loaded. Whoever names the same files while they are what they were shares one index: servers,
/// locations, and the generations before and after a reload.
final class RevocationFiles: Sendable {
  private struct Key: Hashable {
    var path: String
    var signature: FileSignature
  }

  private struct Known {
    /// Goes with the last who uses it.
    weak var lists: LoadedRevocationLists?
  }

  private let events: EventCounters
  private let known = Mutex<[[Key]: Known]>([:])

  init(events: EventCounters = EventCounters()) { self.events = events }

  /// The lists of `files`, each a file or a directory of them.
  ///
  /// - Throws: the first file that can't be read, holds no CRL or a damaged one.
  func lists(of files: [PathReference], for directive: String) throws(Diagnostic) -> LoadedRevocationLists {
    // Looked at before it is read: what changes meanwhile is another file the next time.
    let key = files.map { Key(path: $0.path, signature: FileSignature($0.path)) }
    if let lists = known.withLock({ $0[key]?.lists }) { return lists }
    let lists = try load(files, directive)
    known.withLock { known in
      known = known.filter { $0.value.lists != nil }
      known[key] = Known(lists: lists)
    }
    return lists
  }

  private func load(_ files: [PathReference], _ directive: String) throws(Diagnostic) -> LoadedRevocationLists {
    do throws(Diagnostic) {
      let lists = try LoadedRevocationLists(files, directive: directive, events: events)
      for file in files { events.count(.crlLoad, file.name, "success") }
      return lists
    } catch {
      let file = files.first { $0.position == error.position } ?? files[0]
      events.count(.crlLoad, file.name, "failure")
      throw error
    }
  }
}

/// The lists of some files, ready for questions.
final class LoadedRevocationLists: Sendable {
  let index: CRLIndex
  /// The file of each list.
  private let origins: [PathReference]
  private let directive: String
  private let events: EventCounters

  fileprivate init(_ files: [PathReference], directive: String, events: EventCounters) throws(Diagnostic) {
    self.directive = directive
    self.events = events
    (index, origins) = try Self.load(files, directive)
    FreedMemory.giveBack()
  }

  private static func load(
    _ files: [PathReference], _ directive: String
  ) throws(Diagnostic) -> (CRLIndex, [PathReference]) {
    var lists: [[UInt8]] = []
    var origins: [PathReference] = []
    for file in files {
      do throws(TrustFileError) {
        lists += try TrustFile.revocationLists(at: file.path)
      } catch {
        throw Diagnostic("\(error) (\(directive))", at: file.position)
      }
      origins += Array(repeating: file, count: lists.count - origins.count)
    }
    do throws(CRLIndexError) {
      return (try CRLIndex(der: lists), origins)
    } catch {
      let file = origins[error.position]
      throw Diagnostic("\(file.name): not a CRL: \(error.reason) (\(directive))", at: file.position)
    }
  }

  /// Every list is held against the CAs at hand: one that a CA of its name did not sign is no list.
  func check(against authorities: [Certificate]) throws(Diagnostic) {
    for (position, file) in origins.enumerated() where !index.isPlausible(position, among: authorities) {
      events.count(.crlLoad, file.name, "failure")
      throw Diagnostic("\(file.name): the CRL's signature is not its issuer's (\(directive))", at: file.position)
    }
    FreedMemory.giveBack()
  }

  /// What each list says of itself, and the `ssl_crl` that named it.
  var summaries: [(list: CRLSummary, source: String)] {
    zip(index.summaries, origins).map { ($0, $1.name) }
  }

  /// What the operator should know of the lists' age.
  func warnings(at now: UnixTime, grace: Duration) -> [String] {
    zip(index.summaries, origins).compactMap { list, file in
      let warning = list.warning(at: now, grace: grace, isFetched: file.url != nil)
      return warning.map { "\(file.name): the CRL of \"\(list.issuer.rfc2253)\" \($0)" }
    }
  }
}

extension CRLSummary {
  /// How long before its end a list is warned of.
  private static let notice = Duration.seconds(3 * 86400)

  /// - Parameter isFetched: what is fetched in time is warned of when that did not happen, a tenth of its life ahead.
  fileprivate func warning(at now: UnixTime, grace: Duration, isFetched: Bool) -> String? {
    guard let nextUpdate else { return nil }
    let tenth = Duration.seconds(max(0, nextUpdate.seconds - thisUpdate.seconds) / 10)
    guard nextUpdate < now + (isFetched ? min(Self.notice, tenth) : Self.notice) else { return nil }
    if now <= nextUpdate {
      return "expires at \(nextUpdate.rfc3339); " + (isFetched ? "no new one came" : "put a new one in its place")
    }
    let end = nextUpdate + grace
    if now <= end { return "expired at \(nextUpdate.rfc3339); its grace (ssl_crl_grace) ends at \(end.rfc3339)" }
    return "expired at \(nextUpdate.rfc3339): certificates of this CA are refused"
  }
}
