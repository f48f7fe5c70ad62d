import Cryptography
import PKI
import Synchronization

/// One CRL as an index: its head, its scope and its serials, sorted; whoever signed it is asked for once a key.
final class RevocationList: Sendable {
  let head: RevocationListHead
  private let tables: [DistinguishedNameKey: SerialTable]
  private let proof: Mutex<Proof>

  /// What is known of the signature. A list has one signer: once the key is found the bytes are let go, which for a big
  /// list are most of its memory.
  fileprivate struct Proof {
    var signer: PublicKeyIdentity?
    /// Keys that did not sign.
    var others: Set<PublicKeyIdentity> = []
    var signed: SignedBytes?
  }

  fileprivate struct SignedBytes: Sendable {
    var der: [UInt8]
    var tbs: Range<Int>
    var signature: [UInt8]
  }

  /// Keys of one name that are worth remembering.
  fileprivate static let rememberedKeys = 64

  /// Reads and sorts the whole list.
  ///
  /// - Throws: where the DER is not a CertificateList of RFC 5280 §5.1.
  init(der: [UInt8]) throws(DERError) {
    var reader = RevocationListReader(der)
    try reader.read()
    head = reader.head
    tables = reader.tables()
    proof = Mutex(Proof(signed: SignedBytes(der: der, tbs: reader.tbs, signature: reader.signature)))
  }

  /// Rows, of all certificate issuers.
  var count: Int { tables.values.reduce(0) { $0 + $1.count } }

  /// What the list says of a certificate.
  func mark(of serial: SerialNumber, issuedBy issuer: DistinguishedNameKey) -> SerialTable.Mark? {
    tables[issuer]?.mark(of: serial.bytes)
  }

  /// Whether `key` signed the list. The answer is remembered: the bytes are hashed once a key.
  func isSigned(by key: PublicKeyIdentity) -> Bool {
    let (known, signed) = proof.withLock { proof in
      (proof.signer.map { $0 == key } ?? (proof.others.contains(key) ? false : nil), proof.signed)
    }
    if let known { return known }
    guard let signed, let algorithm = head.algorithm.signatureAlgorithm, algorithm.fits(key.key.type) else {
      return false
    }
    let holds = signed.der.withUnsafeBytes { bytes in
      key.key.isValidSignature(signed.signature, over: UnsafeRawBufferPointer(rebasing: bytes[signed.tbs]), algorithm)
    }
    proof.withLock { $0.remember(key, holds) }
    return holds
  }
}

extension RevocationList.Proof {
  fileprivate mutating func remember(_ key: PublicKeyIdentity, _ holds: Bool) {
    if holds {
      self = Self(signer: key)
    } else if signer == nil {
      if others.count >= RevocationList.rememberedKeys { others.removeAll() }
      others.insert(key)
    }
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
