import Glibc
import PKI

/// CA keys are never overwritten: one that another takes the place of keeps a dated name, `ca.key.20261128T173000Z`.
enum SupersededKey {
  /// Gives the files of a CA a second, dated name each, before a rename takes their first one away: at no moment is the
  /// key without a name.
  ///
  /// - Returns: the dated names, the key's first; empty when none of the files is there.
  static func keep(_ files: AuthorityFiles, at now: UnixTime) throws(AuthorityError) -> [String] {
    var kept: [String] = []
    for path in [files.key, files.certificate, files.chain, files.crl, files.crlDER] where FilePaths.exists(path) {
      if let name = datedName(of: path) {
        kept.append(name)
      } else {
        kept.append(try link(path, at: now))
      }
    }
    if FilePaths.exists(files.key) { chmod(kept[0], AtomicFile.keyMode) }
    AtomicFile.flushFolder(of: files.key)
    return kept
  }

  /// - Throws: ``AuthorityError/authorityKey(path:)`` when a CA's key that has no dated name stands at `path`.
  static func refuse(at path: String) throws(AuthorityError) {
    guard isAuthorityKey(path), datedName(of: path) == nil else { return }
    throw .authorityKey(path: path)
  }

  /// Whether the file is the private key of a CA, wherever it lies: beside its certificate, or beside a ledger.
  static func isAuthorityKey(_ path: String) -> Bool {
    guard path.hasSuffix(".key"), FilePaths.exists(path) else { return false }
    guard let bytes = try? FileReader.bytes(of: path, limit: 1 << 20) else { return false }
    guard String(decoding: bytes, as: UTF8.self).contains("PRIVATE KEY-----") else { return false }
    if let certificate = try? CertificateFile.read(path.dropLast(4) + ".crt") {
      return (try? certificate.basicConstraints())?.isCA == true
    }
    return FilePaths.exists(FilePaths.parent(of: path) + "/" + FilePaths.name(of: Layout(root: ".").ledger))
  }

  private static func datedName(of path: String) -> String? {
    let folder = FilePaths.parent(of: path)
    let start = FilePaths.name(of: path) + "."
    return FilePaths.names(in: folder).lazy
      .filter { $0.hasPrefix(start) && $0.dropFirst(start.count).first?.isNumber == true }
      .map { folder + "/" + $0 }.first { FilePaths.isSame($0, path) }
  }

  private static func link(_ path: String, at now: UnixTime) throws(AuthorityError) -> String {
    let date = now.rfc3339.filter { $0 != "-" && $0 != ":" }
    for attempt in 1...100 {
      let name = "\(path).\(date)\(attempt == 1 ? "" : "-\(attempt)")"
      if Glibc.link(path, name) == 0 { return name }
      if errno == EEXIST { continue }
      // File systems without hard links.
      try AtomicFile.create(try FileReader.secret(of: path, limit: 1 << 20), at: name)
      return name
    }
    throw .fileSystem(operation: "keep", path: path, errno: EEXIST)
  }
}
