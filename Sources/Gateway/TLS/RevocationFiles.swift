import ConfigModel
import ConfigSyntax
import PKI
import Synchronization
import Trust
import TrustFeeds

/// CRL files as they were loaded. Whoever names the same file while it is what it was shares one index: servers,
/// locations, upstreams, and the generations before and after a reload.
///
/// Also what was in effect of each `ssl_crl`, as long as the process lives: no older list comes after it.
final class RevocationFiles: Sendable {
  private struct Key: Hashable {
    var path: String
    var signature: FileSignature
  }

  private struct Known {
    /// Goes with the last who uses it.
    weak var lists: RevocationFile?
  }

  let events: EventCounters
  private let known = Mutex<[Key: Known]>([:])
  private let history = Mutex(History())

  private struct History {
    /// By the path that the configuration names.
    var editions: [String: [CRLEdition]] = [:]
    /// The paths of configurations that came to serve.
    var served: Set<String> = []
  }

  init(events: EventCounters = EventCounters()) { self.events = events }

  /// The lists of one file.
  ///
  /// - Parameter source: what the operator wrote, for metrics.
  /// - Throws: it can't be read, holds no CRL or a damaged one.
  func lists(inFile path: String, of source: String) throws(TrustFileError) -> RevocationFile {
    // Looked at before it is read: what changes meanwhile is another file the next time.
    let key = Key(path: path, signature: FileSignature(path))
    if let lists = known.withLock({ $0[key]?.lists }) { return lists }
    let lists = try RevocationFile(path)
    events.count(.crlLoad, source, "success")
    FreedMemory.giveBack()
    known.withLock { known in
      known = known.filter { $0.value.lists != nil }
      known[key] = Known(lists: lists)
    }
    return lists
  }

  /// Why lists must not be in effect after those that were.
  ///
  /// - Parameter source: a path of the configuration; for one that no configuration had that served, those of all others
  ///   count. At the start there are none: what is there is taken.
  func setback(_ source: String, to next: [CRLEdition]) -> CRLSetback? {
    let held = history.withLock { history in
      let paths = history.served.contains(source) ? [source] : history.served
      return paths.flatMap { history.editions[$0] ?? [] }
    }
    return CRLEdition.setback(from: held, to: next, allowsAbsence: true)
  }

  /// Lists are in effect. What no CA here has signed counts for nothing: its number may be anybody's.
  func took(_ source: String, _ next: [CRLEdition]) {
    history.withLock { history in
      let held = history.served.contains(source) ? history.editions[source] ?? [] : []
      history.editions[source] = CRLEdition.merged(held, with: next.filter(\.isSigned))
    }
  }

  /// A configuration that names these paths serves from now on.
  func serve(_ sources: Set<String>) { history.withLock { $0.served.formUnion(sources) } }
}

/// The CRLs of one file, ready for questions.
final class RevocationFile: Sendable {
  let path: String
  let index: CRLIndex

  fileprivate init(_ path: String) throws(TrustFileError) {
    self.path = path
    let lists = try TrustFile.revocationLists(inFile: path)
    do throws(CRLIndexError) {
      index = try CRLIndex(der: lists)
    } catch {
      throw TrustFileError(path: path, line: nil, reason: "not a CRL: \(error.reason)")
    }
  }
}

/// What is in effect of one `ssl_crl`: the files of a directory, or the one.
struct RevocationSource: Sendable {
  let reference: PathReference
  fileprivate(set) var files: [RevocationFile] = []

  fileprivate func file(at path: String) -> RevocationFile? { files.first { $0.path == path } }

  fileprivate func isSame(as other: RevocationSource?) -> Bool {
    guard let other, files.count == other.files.count else { return false }
    return zip(files, other.files).allSatisfy { $0 === $1 }
  }
}

/// Loads what one `ssl_crl` names, file by file: one that is bad keeps what it had, and holds back no other.
struct RevocationSourceLoader: Sendable {
  typealias Loaded = TrustFeed<RevocationSource, Diagnostic>.Loaded

  let reference: PathReference
  let directive: String
  let shared: RevocationFiles
  /// The CAs that are trusted now.
  let authorities: @Sendable () -> [Certificate]

  func feed() throws(Diagnostic) -> TrustFeed<RevocationSource, Diagnostic> {
    try TrustFeed([reference.path]) { inEffect throws(Diagnostic) in
      do throws(Diagnostic) {
        let loaded = try load(after: inEffect)
        if !loaded.faults.isEmpty { shared.events.count(.crlLoad, reference.name, "failure") }
        return loaded
      } catch {
        shared.events.count(.crlLoad, reference.name, "failure")
        throw error
      }
    }
  }

  private func load(after inEffect: RevocationSource?) throws(Diagnostic) -> Loaded {
    let authorities = authorities()
    var source = RevocationSource(reference: reference)
    var faults: [Diagnostic] = []
    for path in try files() {
      do throws(Diagnostic) {
        source.files.append(try file(path, after: inEffect?.file(at: path), authorities))
      } catch {
        faults.append(error)
        if let held = inEffect?.file(at: path) { source.files.append(held) }
      }
    }
    if source.files.isEmpty { throw faults.first ?? fault("\(reference.path): there is no CRL in it") }
    let editions = source.files.flatMap { $0.index.editions(among: authorities) }
    if let setback = shared.setback(reference.path, to: editions) { throw fault(setback, reference.path) }
    // At the start one fault refuses everything.
    if faults.isEmpty || inEffect != nil { shared.took(reference.path, editions) }
    return Loaded(source, faults: faults, isChanged: !source.isSame(as: inEffect))
  }

  private func files() throws(Diagnostic) -> [String] {
    do throws(TrustFileError) {
      return try TrustFile.files(at: reference.path)
    } catch {
      throw fault("\(error)")
    }
  }

  /// - Parameter held: what is in effect of this file.
  private func file(
    _ path: String, after held: RevocationFile?, _ authorities: [Certificate]
  ) throws(Diagnostic) -> RevocationFile {
    let file: RevocationFile
    do throws(TrustFileError) {
      file = try shared.lists(inFile: path, of: reference.name)
    } catch {
      throw fault("\(error)")
    }
    // One that a CA of its name did not sign is no list.
    for position in 0..<file.index.listCount where !file.index.isPlausible(position, among: authorities) {
      throw fault("\(path): the CRL's signature is not its issuer's")
    }
    if let held, held !== file {
      let setback = CRLEdition.setback(
        from: held.index.editions(among: authorities), to: file.index.editions(among: authorities), allowsAbsence: true)
      if let setback { throw fault(setback, path) }
    }
    return file
  }

  private func fault(_ setback: CRLSetback, _ path: String) -> Diagnostic {
    fault("\(path): \(setback); a newer one must take its place, or the gateway be stopped and started to go back")
  }

  private func fault(_ text: String) -> Diagnostic { Diagnostic("\(text) (\(directive))", at: reference.position) }
}

/// The lists of several sources, ready for questions.
final class LoadedRevocationLists: Sendable {
  let index: CRLIndex
  /// What named each list.
  private let origins: [PathReference]

  /// `nil` without sources.
  init?(_ sources: [RevocationSource]) {
    let files = sources.flatMap(\.files)
    guard let first = files.first else { return nil }
    index = files.count == 1 ? first.index : CRLIndex(merging: files.map(\.index))
    origins = sources.flatMap { source in
      source.files.flatMap { Array(repeating: source.reference, count: $0.index.listCount) }
    }
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
