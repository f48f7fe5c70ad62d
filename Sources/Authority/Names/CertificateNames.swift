import GRDB
import PKI

/// What a certificate is called, as keys of the ledger's index: `dn:CN=alice`, `cn:alice`, `dns:a.example`,
/// `email:a@example.com`, `uri:…`, `ip:192.0.2.1`, all in lower case.
enum CertificateNames {
  static func keys(subject: String, alternativeNames: [String]) -> Set<String> {
    var keys = Set(alternativeNames.map { $0.lowercased() })
    guard !subject.isEmpty, let name = try? DistinguishedName(parsing: subject) else { return keys }
    keys.insert("dn:" + name.rfc2253.lowercased())
    if let common = name.commonName { keys.insert("cn:" + common.lowercased()) }
    return keys
  }

  /// The keys that an operator's word may stand for: typed as `--san` takes it, a whole subject, or the bare value.
  static func candidates(_ word: String) -> Set<String> {
    var names: [GeneralName] = [.dns(word), .email(word), .uri(word)]
    if let address = IPAddressText.octets(word) { names.append(.ip(address)) }
    if let typed = try? RequestedName(word) { names.append(typed.generalName) }
    var keys = Set(names.map { $0.description.lowercased() })
    keys.insert((word.lowercased().hasPrefix("cn:") ? "" : "cn:") + word.lowercased())
    if let subject = try? DistinguishedName(parsing: word) { keys.insert("dn:" + subject.rfc2253.lowercased()) }
    return keys
  }
}

extension Database {
  /// Enters a certificate's names into the index.
  func indexNames(ofCertificate id: Int64, subject: String, alternativeNames: [String]) throws {
    for key in CertificateNames.keys(subject: subject, alternativeNames: alternativeNames) {
      try execute(
        sql: "INSERT OR IGNORE INTO certificateName (name, certificateID) VALUES (?, ?)", arguments: [key, id])
    }
  }
}
