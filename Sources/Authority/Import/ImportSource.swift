/// Where `openssl ca` and easy-rsa keep things. The directory given may be the CA's own or the one above it.
struct ImportSource: Sendable {
  let root: String
  let index: String
  let key: String
  let certificate: String
  /// The CRL last written, for its number.
  let crl: String?
  let crlNumber: String?
  let serial: String?
  /// Folders with certificates, those named by serial number first.
  let certificateFolders: [String]
  /// Folders with leaf keys.
  let keyFolders: [String]

  init(_ request: ImportRequest) throws(AuthorityError) {
    let root = try Self.root(request.source)
    self.root = root
    index = root + "/index.txt"
    key = try Self.find(
      request.key, named: "--ca-key", in: root,
      [
        "ca.key", "private/ca.key", "private/cakey.pem", "private/ca.key.pem", "cakey.pem", "ca.key.pem",
        "private/intermediate.key.pem",
      ])
    certificate = try Self.find(
      request.certificate, named: "--ca-cert", in: root,
      [
        "ca.crt", "cacert.pem", "ca.pem", "certs/ca.cert.pem", "certs/ca.crt", "ca.cert.pem", "ca.crt.pem",
        "certs/intermediate.cert.pem",
      ])
    crl = Self.first(["ca.crl", "crl.pem", "crl/ca.crl.pem", "crl/crl.pem", "ca.crl.pem"], in: root)
    crlNumber = Self.first(["crlnumber"], in: root)
    serial = Self.first(["serial"], in: root)
    certificateFolders = Self.folders(
      [
        "newcerts", "certs_by_serial", "revoked/certs_by_serial", "renewed/certs_by_serial", "expired", "issued",
        "renewed/issued", "certs", "../server", "../client", ".",
      ], in: root)
    keyFolders = Self.folders(["private", "../server", "../client", "."], in: root)
  }

  private static func root(_ source: String) throws(AuthorityError) -> String {
    let plain = Layout(root: source).root
    guard FilePaths.isFolder(plain) else { throw .importSource(path: source, problem: "is not a directory") }
    for folder in [plain, plain + "/ca", plain + "/pki", plain + "/demoCA", plain + "/keys"]
    where FilePaths.exists(folder + "/index.txt") {
      return folder
    }
    throw .importSource(path: source, problem: "has no index.txt, nor do ca/, pki/, demoCA/ or keys/ in it")
  }

  private static func find(_ given: String?, named option: String, in root: String, _ places: [String])
    throws(AuthorityError) -> String
  {
    if let given { return given }
    guard let found = first(places, in: root) else {
      throw .importSource(
        path: root, problem: "none of \(places.joined(separator: ", ")) is there; give \(option) FILE")
    }
    return found
  }

  private static func first(_ places: [String], in root: String) -> String? {
    places.map { root + "/" + $0 }.first(where: FilePaths.exists)
  }

  private static func folders(_ places: [String], in root: String) -> [String] {
    places.map { $0 == "." ? root : root + "/" + $0 }.filter(FilePaths.isFolder)
  }
}
