import Cryptography
import PKI
import Synchronization

/// One CRL as an index: its head, its scope and its serials, sorted; whoever signed it is asked for once a key.
final class RevocationList: Sendable {
  let head: RevocationListHead
  private let tables: [DistinguishedNameKey: SerialTable]
  /// The list's DER; its signature is over a part of it.
  private let der: [UInt8]
  private let tbs: Range<Int>
  private let signature: [UInt8]
  private let signers = Mutex<[PublicKeyIdentity: Bool]>([:])

  /// Keys of one name that are worth remembering.
  private static let rememberedSigners = 64

  /// Reads and sorts the whole list.
  ///
  /// - Throws: where the DER is not a CertificateList of RFC 5280 §5.1.
  init(der: [UInt8]) throws(DERError) {
    var reader = RevocationListReader(der)
    try reader.read()
    head = reader.head
    tables = reader.tables()
    tbs = reader.tbs
    signature = reader.signature
    self.der = der
  }

  /// Rows, of all certificate issuers.
  var count: Int { tables.values.reduce(0) { $0 + $1.count } }

  /// What the list says of a certificate.
  func mark(of serial: SerialNumber, issuedBy issuer: DistinguishedNameKey) -> SerialTable.Mark? {
    tables[issuer]?.mark(of: serial.bytes)
  }

  /// Whether `key` signed the list. The answer is remembered: the bytes are hashed once a key.
  func isSigned(by key: PublicKeyIdentity) -> Bool {
    if let known = signers.withLock({ $0[key] }) { return known }
    guard let algorithm = head.algorithm.signatureAlgorithm, algorithm.fits(key.key.type) else { return false }
    let holds = der.withUnsafeBytes { bytes in
      key.key.isValidSignature(signature, over: UnsafeRawBufferPointer(rebasing: bytes[tbs]), algorithm)
    }
    signers.withLock { known in
      if known.count >= Self.rememberedSigners { known.removeAll() }
      known[key] = holds
    }
    return holds
  }
}

/// What a CRL says of itself (RFC 5280 §5.1.2, §5.2).
struct RevocationListHead: Sendable {
  var issuer = DistinguishedName.empty
  var issuerKey = DistinguishedName.empty.key
  var algorithm = AlgorithmIdentifier(oid: .sha256WithRSA)
  var thisUpdate = UnixTime(0)
  var nextUpdate: UnixTime?
  /// Magnitude without leading zeros.
  var number: [UInt8]?
  /// A delta CRL's BaseCRLNumber.
  var baseNumber: [UInt8]?
  var keyIdentifier: [UInt8]?
  var scope: RevocationScope?
  /// A critical extension of the list or of an entry that nobody here understands.
  var unknownCritical: OID?

  var isDelta: Bool { baseNumber != nil }
}
