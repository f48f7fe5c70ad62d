import Cryptography
import PKI
import Synchronization

/// One CRL as an index: its head, its scope and its serials, sorted; whoever signed it is asked for once a key.
final class RevocationList: Sendable {
  let head: RevocationListHead
  private let tables: [DistinguishedNameKey: SerialTable]
  private let proof: Mutex<Proof>

  /// What is known of the signature. The bytes, which for a big list are most of its memory, are not kept: their digest
  /// is all that a key is asked about.
  fileprivate struct Proof {
    var signer: PublicKeyIdentity?
    /// Keys that did not sign.
    var others: Set<PublicKeyIdentity> = []
    var signed: SignedBytes?
  }

  fileprivate struct SignedBytes: Sendable {
    enum Message {
      case digest([UInt8])
      /// Where the algorithm signs the message itself.
      case whole([UInt8])
    }

    let message: Message
    let signature: [UInt8]
    let algorithm: SignatureAlgorithm
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
    proof = Mutex(Proof(signed: SignedBytes(reader, der)))
  }

  /// Rows, of all certificate issuers.
  var count: Int { tables.values.reduce(0) { $0 + $1.count } }

  /// What the list says of a certificate.
  func mark(of serial: SerialNumber, issuedBy issuer: DistinguishedNameKey) -> SerialTable.Mark? {
    tables[issuer]?.mark(of: serial.bytes)
  }

  /// What is known already of whether `key` signed the list.
  func remembered(_ key: PublicKeyIdentity) -> Bool? {
    proof.withLock { proof in
      proof.signer.map { $0 == key } ?? (proof.others.contains(key) ? false : nil)
    }
  }

  /// Whether `key` signed the list. The answer is remembered.
  func isSigned(by key: PublicKeyIdentity) -> Bool {
    if let known = remembered(key) { return known }
    guard let signed = proof.withLock(\.signed), signed.algorithm.fits(key.key.type) else { return false }
    let holds = signed.isSigned(by: key.key)
    proof.withLock { $0.remember(key, holds) }
    return holds
  }
}

extension RevocationList.SignedBytes {
  /// Nil where the algorithm is not known.
  init?(_ reader: RevocationListReader, _ der: [UInt8]) {
    guard let algorithm = reader.head.algorithm.signatureAlgorithm else { return nil }
    self.algorithm = algorithm
    signature = reader.signature
    message = der.withUnsafeBytes { bytes in
      let tbs = UnsafeRawBufferPointer(rebasing: bytes[reader.tbs])
      return algorithm.digest.map { .digest($0.hash(tbs)) } ?? .whole(Array(tbs))
    }
  }

  func isSigned(by key: PublicKey) -> Bool {
    switch message {
    case .digest(let digest): key.isValidSignature(signature, overDigest: digest, algorithm)
    case .whole(let bytes): key.isValidSignature(signature, over: bytes, algorithm)
    }
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

  var form = RevocationListForm()

  var isDelta: Bool { baseNumber != nil }
}
