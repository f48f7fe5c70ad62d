import GRDB
import PKI

/// A CA of the directory, as the ledger knows it.
public struct AuthorityRecord: Sendable, Hashable {
  let id: Int64
  /// `ca` for the directory's first CA; an intermediate has the name it was made with.
  public let name: String
  public let certificate: Certificate
  /// The certificates above this one, its issuer first and the root last; empty for a root.
  public let above: [Certificate]
  /// Signs when no CA is named.
  public let isDefault: Bool
  /// The number of the last CRL in hexadecimal; empty before the first.
  public let crlNumber: String
  /// How long its CRLs are good for, in seconds.
  public let crlLifetime: Int64
  public let crl: [UInt8]?
  public let crlNextUpdate: UnixTime?
  /// A revocation is in the ledger that the CRL does not have yet.
  public let crlIsStale: Bool
  /// What the certificates it signs say of where its services are.
  public let urls: ServiceURLs

  init(row: Row) throws {
    id = row["id"]
    name = row["name"]
    certificate = try Certificate(der: row.bytes("certificate"))
    above = try PEM.decode(row.bytes("above")).map { try Certificate(der: $0.bytes) }
    isDefault = row["isDefault"]
    crlNumber = row["crlNumber"]
    crlLifetime = row["crlLifetime"]
    crl = row.optionalBytes("crl")
    crlNextUpdate = row.time("crlNextUpdate")
    crlIsStale = row["crlIsStale"]
    urls = ServiceURLs(row: row)
  }
}

extension Row {
  func bytes(_ column: String) -> [UInt8] { optionalBytes(column) ?? [] }

  func optionalBytes(_ column: String) -> [UInt8]? {
    try? withUnsafeData(named: column) { data in data.map { [UInt8]($0) } }
  }

  func time(_ column: String) -> UnixTime? { (self[column] as Int64?).map { UnixTime($0) } }
}
