import Authority
import FoundationEssentials

/// What `up` was told, in `up.json` beside its configuration: a later `up` says nothing of it and keeps it.
struct UpState: Codable, Equatable {
  /// `ADDRESS:PORT`.
  var listen: String?
  /// Of the server, beside localhost and its addresses.
  var names: [String] = []
  /// The service to protect; the greeting answers without it.
  var upstream: String?
  /// Who was to have a client certificate.
  var clients: [String] = []
  /// Absolute; opens the CA's key.
  var passphraseFile: String?

  static func path(in root: String) -> String { root + "/up.json" }

  /// Nil before the first `up`.
  ///
  /// - Throws: ``UsageError`` for a file that was edited into something else.
  static func read(in root: String) throws -> UpState? {
    let path = path(in: root)
    guard FileReader.exists(path) else { return nil }
    let bytes = try FileReader.bytes(of: path, limit: 1 << 20)
    guard let state = try? JSONDecoder().decode(UpState.self, from: Data(bytes)) else {
      throw UsageError("\(path) is not what `countersign up` wrote: mend it, or remove it and say everything again")
    }
    return state
  }

  func write(in root: String) throws {
    try AtomicFile.write(Array((JSONText.of(self) + "\n").utf8), to: Self.path(in: root), mode: AtomicFile.publicMode)
  }

  /// What was told before, and what is told this time: one value replaces, a list grows.
  func merged(listen: String?, upstream: String?, names: [String], clients: [String], passphraseFile: String?)
    -> UpState
  {
    var state = self
    state.listen = listen ?? self.listen
    state.upstream = upstream ?? self.upstream
    state.names += names.filter { !self.names.contains($0) }
    state.clients += clients.filter { !self.clients.contains($0) }
    state.passphraseFile = passphraseFile ?? self.passphraseFile
    return state
  }
}
