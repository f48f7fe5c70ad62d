import GRDB
import PKI

/// Where those who check a certificate find what its CA says of it: what `authorityInformationAccess` and
/// `cRLDistributionPoints` hold (RFC 5280 §4.2.2.1, §4.2.1.13).
public struct ServiceURLs: Sendable, Hashable {
  public var ocsp: [String] = []
  public var caIssuers: [String] = []
  public var crl: [String] = []

  public init() {}

  public var isEmpty: Bool { ocsp.isEmpty && caIssuers.isEmpty && crl.isEmpty }

  /// An absolute http or https URL with a host, in printable ASCII.
  public static func isAcceptable(_ text: String) -> Bool {
    guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return false }
    let host = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
    return !host.isEmpty && text.utf8.count <= 1024
      && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
  }

  /// Those of `other`, and of each kind it has none of these.
  func replaced(by other: ServiceURLs) -> ServiceURLs {
    var urls = other
    if urls.ocsp.isEmpty { urls.ocsp = ocsp }
    if urls.caIssuers.isEmpty { urls.caIssuers = caIssuers }
    if urls.crl.isEmpty { urls.crl = crl }
    return urls
  }

  var extensions: [CertificateExtension] {
    var list: [CertificateExtension] = []
    if !crl.isEmpty {
      list.append(CertificateExtension(CRLDistributionPoints(crl.map { DistributionPoint(uri: $0) })))
    }
    let access =
      ocsp.map { AuthorityInformationAccess.AccessDescription(method: .ocsp, location: .uri($0)) }
      + caIssuers.map { .init(method: .caIssuers, location: .uri($0)) }
    if !access.isEmpty { list.append(CertificateExtension(AuthorityInformationAccess(access))) }
    return list
  }
}

extension ServiceURLs {
  init(row: Row) {
    func lines(_ column: String) -> [String] { (row[column] as String).split(separator: "\n").map(String.init) }
    ocsp = lines("ocspURLs")
    caIssuers = lines("caIssuersURLs")
    crl = lines("crlURLs")
  }

  /// For the audit log.
  var text: String {
    let kinds = [("ocsp", ocsp), ("caIssuers", caIssuers), ("crl", crl)]
    let texts = kinds.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: " "))" }
    return texts.isEmpty ? "none" : texts.joined(separator: ", ")
  }
}

extension Database {
  func setURLs(_ urls: ServiceURLs, ofAuthority id: Int64) throws {
    try execute(
      sql: "UPDATE authority SET ocspURLs = ?, caIssuersURLs = ?, crlURLs = ? WHERE id = ?",
      arguments: [
        urls.ocsp.joined(separator: "\n"), urls.caIssuers.joined(separator: "\n"), urls.crl.joined(separator: "\n"), id,
      ])
  }
}

extension AuthorityDirectory {
  /// What the certificates that the CA called `name` signs from now on say of where its services are.
  ///
  /// - Throws: ``AuthorityError/invalidValue(what:value:accepted:)`` for what is no http or https URL.
  public func setURLs(_ urls: ServiceURLs, of name: String?, why: String = "") throws(AuthorityError) {
    for url in urls.ocsp + urls.caIssuers + urls.crl where !ServiceURLs.isAcceptable(url) {
      throw .invalidValue(what: "URL", value: url, accepted: "http://HOST/… or https://HOST/… in ASCII")
    }
    try exclusively { () throws(AuthorityError) in
      let record = try authority(name)
      let now = actor.now
      try ledger.write { database in
        try database.setURLs(urls, ofAuthority: record.id)
        let entry = AuditEntry(action: .urls, authority: record.name, what: urls.text, why: why)
        try database.audit(entry, by: actor.name, at: now)
      }
    }
  }
}
