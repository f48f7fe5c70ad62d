import PKI

/// The names a verified leaf carries, by type. The common name is no DNS name and is not among them.
public struct ClientIdentity: Hashable, Sendable {
  public let dnsNames: [String]
  public let emails: [String]
  public let uris: [String]
  /// Four or sixteen bytes each.
  public let addresses: [[UInt8]]
  public let directoryNames: [DistinguishedName]

  /// Nobody: no name at all.
  public static let none = ClientIdentity([])

  public init(_ certificate: Certificate) {
    self.init((try? certificate.subjectAlternativeName()) ?? [])
  }

  init(_ names: [GeneralName]) {
    dnsNames = names.compactMap { if case .dns(let name) = $0 { name } else { nil } }
    emails = names.compactMap { if case .email(let name) = $0 { name } else { nil } }
    uris = names.compactMap { if case .uri(let name) = $0 { name } else { nil } }
    addresses = names.compactMap { if case .ip(let bytes) = $0 { bytes } else { nil } }
    directoryNames = names.compactMap { if case .directory(let name) = $0 { name } else { nil } }
  }

  /// `addresses` as text: `192.0.2.1`, `2001:db8::1`.
  public var addressTexts: [String] { addresses.map(IPAddressText.text) }
}
