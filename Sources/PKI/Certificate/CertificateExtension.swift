import Cryptography

/// One extension, its value still DER (RFC 5280 §4.1.2.9).
public struct CertificateExtension: Hashable, Sendable {
  public var oid: OID
  public var critical: Bool
  /// What the OCTET STRING holds.
  public var value: [UInt8]

  public init(oid: OID, critical: Bool = false, value: [UInt8]) {
    self.oid = oid
    self.critical = critical
    self.value = value
  }

  public init(_ value: some ExtensionValue, critical: Bool = false) {
    self.init(oid: type(of: value).oid, critical: critical, value: value.der)
  }

  /// The value as `type`; nil when the OID is another's.
  public func decoded<Value: ExtensionValue>(as type: Value.Type) throws(PKIError) -> Value? {
    oid == Value.oid ? try Value.decode(DERReader(value)) : nil
  }

  func write(to writer: inout DERWriter) {
    writer.sequence {
      $0.objectIdentifier(oid.bytes)
      if critical { $0.boolean(true) }
      $0.octetString(value)
    }
  }

  static func write(_ extensions: [CertificateExtension], to writer: inout DERWriter) {
    writer.sequence { for item in extensions { item.write(to: &$0) } }
  }
}

/// A type that stands in extensions with one OID.
public protocol ExtensionValue: Sendable, Hashable {
  static var oid: OID { get }
  init(reading reader: inout DERReader) throws(DERError)
  func write(to writer: inout DERWriter)
}

extension ExtensionValue {
  public var der: [UInt8] { DERWriter.bytes { write(to: &$0) } }

  static func decode(_ reader: DERReader) throws(PKIError) -> Self {
    try PKIError.reading(.certificateExtension(oid)) { () throws(DERError) in
      var reader = reader
      let value = try Self(reading: &reader)
      try reader.finish()
      return value
    }
  }
}

/// Where an extension is in its certificate, CRL or CRL entry.
struct ExtensionRecord: Sendable {
  let identifier: Range<Int>
  let isCritical: Bool
  let value: Range<Int>

  func oid(_ der: [UInt8]) -> OID { OID(checked: Array(der[identifier])) }

  func materialized(_ der: [UInt8]) -> CertificateExtension {
    CertificateExtension(oid: oid(der), critical: isCritical, value: Array(der[value]))
  }

  /// More than anyone has use for; the search for duplicates is quadratic.
  private static let maximumCount = 256

  /// `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`; each OID at most once (§4.2).
  static func list(_ reader: inout DERReader) throws(DERError) -> [ExtensionRecord] {
    var records: [ExtensionRecord] = []
    records.reserveCapacity(10)
    try walk(&reader) { records.append($0) }
    return records
  }

  /// The same without an array to keep: each record is handed over once it is checked.
  static func walk(
    _ reader: inout DERReader, _ body: (ExtensionRecord) -> Void
  ) throws(DERError) {
    let start = reader.position
    var sequence = try reader.enter()
    if sequence.isAtEnd { throw DERError(.emptySequence, at: start) }
    let first = sequence
    var count = 0
    while !sequence.isAtEnd {
      let start = sequence.position
      let record = try ExtensionRecord(&sequence)
      if try record.occurs(in: first, before: start) { throw DERError(.duplicateExtension, at: start) }
      count += 1
      guard count <= maximumCount else { throw DERError(.tooManyElements, at: start) }
      body(record)
    }
  }

  private func occurs(in sequence: DERReader, before end: Int) throws(DERError) -> Bool {
    var earlier = sequence
    let own = sequence.bytes[identifier]
    while earlier.position < end {
      if try sequence.bytes[ExtensionRecord(&earlier).identifier].elementsEqual(own) { return true }
    }
    return false
  }

  private init(_ reader: inout DERReader) throws(DERError) {
    var inside = try reader.enter()
    identifier = try inside.readObjectIdentifier().content
    isCritical = try inside.readBooleanDefaultFalse()
    value = try inside.read(.octetString).content
    try inside.finish()
  }
}
