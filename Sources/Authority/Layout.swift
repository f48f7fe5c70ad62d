import PKI

/// Where everything is inside one authority's directory.
///
///     mtls_certs/ca/ca.key  ca.crt  ca.crl  ca.crl.der  ledger.sqlite  profiles.json
///     mtls_certs/server/NAME.key  NAME.csr  NAME.crt
///     mtls_certs/client/NAME.key  NAME.csr  NAME.crt
public struct Layout: Sendable, Hashable {
  /// The directory as the operator named it, without a trailing slash.
  public let root: String

  public init(root: String) {
    var trimmed = Substring(root)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    self.root = trimmed.isEmpty ? "." : String(trimmed)
  }

  public var authorityFolder: String { root + "/ca" }
  public var ledger: String { authorityFolder + "/ledger.sqlite" }
  public var profiles: String { authorityFolder + "/profiles.json" }
  var lock: String { authorityFolder + "/.lock" }

  /// The files of the authority called `name`; the first one of a directory is called `ca`.
  public func authority(_ name: String) -> AuthorityFiles { AuthorityFiles(stem: authorityFolder + "/" + name) }

  static let ocspSuffix = "-ocsp"

  /// The files of who signs the OCSP answers of the CA called `authority`; there is no request and no chain.
  public func ocspSigner(_ authority: String) -> LeafFiles {
    LeafFiles(stem: "\(authorityFolder)/\(authority)\(Self.ocspSuffix)")
  }

  /// The files of a leaf certificate called `name`.
  public func leaf(_ folder: LeafFolder, _ name: String) -> LeafFiles {
    LeafFiles(stem: "\(root)/\(folder.rawValue)/\(Self.fileName(for: name))")
  }

  /// - Throws: ``AuthorityError/authorityRemains(directory:file:isForeign:)`` when files of a CA are there.
  func refuseRemains() throws(AuthorityError) {
    let files = authority("ca")
    let first = [files.key, files.certificate].first(where: FilePaths.exists)
    let another = FilePaths.names(in: authorityFolder).lazy.map { self.authorityFolder + "/" + $0 }
      .first(where: SupersededKey.isAuthorityKey)
    guard let file = first ?? another else { return }
    let isForeign = FilePaths.exists(authorityFolder + "/index.txt")
    throw .authorityRemains(directory: root, file: file, isForeign: isForeign)
  }

  var folders: [String] { [authorityFolder] + LeafFolder.allCases.map { root + "/" + $0.rawValue } }

  /// A file name that stands for `name`: letters, digits and `. _ - @ +` stay, the rest becomes `_`.
  public static func fileName(for name: String) -> String {
    let kept = name.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain || "._-@+".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
    }
    let text = String(kept)
    return text.hasPrefix(".") || text.hasPrefix("-") ? "_" + text.dropFirst() : text
  }

  /// Refuses names that no file and no list could show.
  static func check(name: String) throws(AuthorityError) {
    guard !name.isEmpty, name.utf8.count <= 200, VisibleText.fault(in: name) == nil else {
      throw .invalidValue(
        what: "name", value: name, accepted: "1 to 200 octets, no invisible characters, no space at either end")
    }
  }

  /// The path as the ledger keeps it: relative when inside the directory, so that the directory can be moved.
  func stored(_ path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : FilePaths.absolute(path)
  }

  /// Whether a path leads into the directory.
  func has(_ path: String) -> Bool { path.hasPrefix(root + "/") }

  /// The inverse of ``stored(_:)``.
  func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : root + "/" + path }
}

/// The folder a leaf's files belong in.
public enum LeafFolder: String, Sendable, CaseIterable { case server, client }

/// The files of one authority.
public struct AuthorityFiles: Sendable, Hashable {
  let stem: String
  public var key: String { stem + ".key" }
  public var certificate: String { stem + ".crt" }
  /// The certificate followed by the certificates above it, the root last.
  public var chain: String { stem + "-chain.crt" }
  public var crl: String { stem + ".crl" }
  public var crlDER: String { stem + ".crl.der" }
}

/// The files of one leaf certificate.
public struct LeafFiles: Sendable, Hashable {
  let stem: String

  init(stem: String) { self.stem = stem }

  /// Files beside `path`: a folder (ending in `/`) takes `name` for the file's name, else `path` names the
  /// certificate or the request.
  public init(out path: String, name: String) {
    guard !path.hasSuffix("/") else {
      stem = path + Layout.fileName(for: name)
      return
    }
    let suffix = [".crt", ".pem", ".cer", ".csr"].first { path.hasSuffix($0) && path.count > $0.count }
    stem = suffix.map { String(path.dropLast($0.count)) } ?? path
  }

  public var key: String { stem + ".key" }
  public var csr: String { stem + ".csr" }
  public var certificate: String { stem + ".crt" }
  /// The certificate followed by its intermediates: what a server's `ssl_certificate` wants.
  public var chain: String { stem + "-chain.crt" }
  public var p12: String { stem + ".p12" }
}
