import Cryptography
import PKI

/// Walks once over a CertificateList (RFC 5280 §5.1) and keeps offsets, not objects: a million entries are rows of
/// twelve bytes until they are sorted.
struct RevocationListReader {
  private(set) var head = RevocationListHead()
  private(set) var tbs = 0..<0
  private(set) var signature: [UInt8] = []
  private let der: [UInt8]
  private var rows: [DistinguishedNameKey: [SerialTable.Row]] = [:]
  /// Rows of the certificate issuer that holds at this point of the list.
  private var currentRows: [SerialTable.Row] = []
  private var currentIssuer = DistinguishedName.empty.key
  private var isEntryExtensible = false
  private let readsEntries: Bool

  /// - Parameter readsEntries: `false` where only the head is wanted.
  init(_ der: [UInt8], readsEntries: Bool = true) {
    self.der = der
    self.readsEntries = readsEntries
  }

  mutating func read() throws(DERError) {
    guard der.count <= Int(UInt32.max) else { throw DERError(.lengthTooLarge, at: 0) }
    var outer = DERReader(der)
    var list = try outer.enter()
    try outer.finish()
    let tbsElement = try list.read(.sequence)
    tbs = tbsElement.range
    var reader = list.inside(tbsElement)
    try readTBS(&reader)
    let outerAlgorithm = try readAlgorithm(&list)
    guard outerAlgorithm == head.algorithm else { throw DERError(.algorithmMismatch, at: tbs.upperBound) }
    // Damaged bits make a signature that does not hold; the list itself can be read.
    let bits = try list.read(.bitString)
    if bits.content.first.map({ der[$0] }) == 0 { signature = Array(list.content(bits).dropFirst()) }
    try list.finish()
  }

  /// The rows of each certificate issuer, sorted.
  func tables() -> [DistinguishedNameKey: SerialTable] {
    rows.mapValues { SerialTable($0, in: der) }
  }

  private mutating func readTBS(_ reader: inout DERReader) throws(DERError) {
    var isVersion2 = false
    if reader.nextTag == .integer {
      let start = reader.position
      guard try reader.readUnsigned() == 1 else { throw DERError(.unsupportedVersion, at: start) }
      isVersion2 = true
    }
    head.form.isVersion2 = isVersion2
    head.algorithm = try readAlgorithm(&reader)
    head.issuer = try reader.readName()
    head.thisUpdate = try readTime(&reader)
    if reader.nextTag == .utcTime || reader.nextTag == .generalizedTime { head.nextUpdate = try readTime(&reader) }
    head.issuerKey = head.issuer.key
    currentIssuer = head.issuerKey
    isEntryExtensible = isVersion2
    if let entries = try reader.readIfPresent(.sequence), readsEntries {
      head.form.hasEmptyEntries = entries.content.isEmpty
      currentRows.reserveCapacity(entries.content.count / 36)
      var inside = reader.inside(entries)
      while !inside.isAtEnd { try readEntry(&inside) }
    }
    keepCurrentRows()
    if var explicit = try reader.enterIfPresent(.contextConstructed(0)) {
      guard isVersion2 else { throw DERError(.extensionsNotAllowed, at: explicit.position) }
      var extensions = try explicit.enter()
      try explicit.finish()
      var seen: Set<OID> = []
      while !extensions.isAtEnd { try readListExtension(&extensions, &seen) }
    }
    try reader.finish()
  }

  private func readAlgorithm(_ reader: inout DERReader) throws(DERError) -> AlgorithmIdentifier {
    var inside = try reader.enter()
    let oid = try inside.readOID()
    let parameters = inside.isAtEnd ? nil : inside.whole(try inside.next())
    try inside.finish()
    return AlgorithmIdentifier(oid: oid, parameters: parameters)
  }

  private mutating func readTime(_ reader: inout DERReader) throws(DERError) -> UnixTime {
    let isGeneralized = reader.nextTag == .generalizedTime
    let time = try reader.readCRLTime()
    if isGeneralized, time < ProfileRule.year2050 { head.form.hasEarlyGeneralizedTime = true }
    return time
  }

  private mutating func readEntry(_ list: inout DERReader) throws(DERError) {
    var entry = try list.enter()
    let serial = try entry.read(.integer)
    guard !serial.content.isEmpty, serial.content.count <= Int(UInt16.max) else {
      throw DERError(.invalidSerialNumber, at: serial.start)
    }
    let date = try readTime(&entry)
    var reason: UInt8 = 0
    if var extensions = try entry.enterIfPresent(.sequence) {
      guard isEntryExtensible else { throw DERError(.extensionsNotAllowed, at: extensions.position) }
      while !extensions.isAtEnd { try readEntryExtension(&extensions, &reason) }
    }
    try entry.finish()
    currentRows.append(
      SerialTable.Row(
        offset: UInt32(serial.contentStart), length: UInt16(serial.content.count),
        mark: SerialTable.Mark(reason: reason, date: UInt32(clamping: date.seconds))))
  }

  /// RFC 5280 §5.3: reasonCode and certificateIssuer; the rest is passed over unless critical.
  private mutating func readEntryExtension(_ list: inout DERReader, _ reason: inout UInt8) throws(DERError) {
    let (oid, isCritical, value) = try list.readExtension()
    var content = DERReader(der, range: value)
    switch oid {
    case .reasonCode:
      reason = UInt8(clamping: try content.readUnsigned(.enumerated))
      try content.finish()
      noteReason(reason, isCritical: isCritical)
    case .certificateIssuer:
      // From here to the next such extension, entries are about that issuer's certificates.
      keepCurrentRows()
      currentIssuer = try Self.issuer(CertificateIssuer(reading: &content))
      try content.finish()
      head.form.hasCertificateIssuer = true
      if !isCritical { head.form.hasPlainCertificateIssuer = true }
    default:
      if isCritical { head.unknownCritical = oid }
    }
  }

  private mutating func noteReason(_ code: UInt8, isCritical: Bool) {
    guard let reason = RevocationReason(rawValue: Int(code)) else {
      head.form.reasonFault = "\(code)"
      return
    }
    if isCritical { head.form.reasonFault = "critical" }
    if reason == .removeFromCRL { head.form.hasRemoval = true }
  }

  /// Mostly there is one issuer, whose rows are moved and not copied.
  private mutating func keepCurrentRows() {
    if rows.isEmpty { rows[currentIssuer] = currentRows } else { rows[currentIssuer, default: []] += currentRows }
    currentRows = []
  }

  private static func issuer(_ extensionValue: CertificateIssuer) -> DistinguishedNameKey {
    let names = extensionValue.names.compactMap { if case .directory(let name) = $0 { name } else { nil } }
    return (names.first ?? .empty).key
  }

  private mutating func readListExtension(_ list: inout DERReader, _ seen: inout Set<OID>) throws(DERError) {
    let start = list.position
    let (oid, isCritical, value) = try list.readExtension()
    // Of two the reader could not know which one its CA means.
    guard seen.insert(oid).inserted else { throw DERError(.duplicateExtension, at: start) }
    head.form.criticality[oid] = isCritical
    var content = DERReader(der, range: value)
    switch oid {
    case .crlNumber:
      let number = content.content(try content.readIntegerElement())
      head.form.numberOctets = number.count
      head.form.hasNegativeNumber = number.first.map { $0 >= 0x80 } ?? false
      head.number = number.withoutLeadingZeros
    case .deltaCRLIndicator: head.baseNumber = content.content(try content.readIntegerElement()).withoutLeadingZeros
    case .authorityKeyIdentifier:
      head.keyIdentifier = try AuthorityKeyIdentifier(reading: &content).keyIdentifier
    case .issuingDistributionPoint:
      head.scope = RevocationScope(try IssuingDistributionPoint(reading: &content), issuer: head.issuer)
    case .freshestCRL, .issuerAlternativeName, .authorityInformationAccess: return
    default:
      if isCritical { head.unknownCritical = oid }
      return
    }
    try content.finish()
  }
}

extension [UInt8] {
  fileprivate var withoutLeadingZeros: [UInt8] { Array(drop { $0 == 0 }) }
}

extension DERReader {
  /// `Name` (RFC 5280 §4.1.2.4).
  mutating func readName() throws(DERError) -> DistinguishedName {
    let element = try read(.sequence)
    do throws(PKIError) {
      return try DistinguishedName(der: whole(element))
    } catch {
      throw DERError(.invalidName, at: element.start)
    }
  }

  mutating func readOID() throws(DERError) -> OID {
    let element = try readObjectIdentifier()
    guard let oid = OID(content: content(element)) else {
      throw DERError(.invalidObjectIdentifier, at: element.start)
    }
    return oid
  }

  /// `Extension` (RFC 5280 §4.1): its identifier, whether it is critical, where its value's content lies.
  mutating func readExtension() throws(DERError) -> (oid: OID, isCritical: Bool, value: Range<Int>) {
    var inside = try enter()
    let oid = try inside.readOID()
    let isCritical = try inside.readBooleanDefaultFalse()
    let value = try inside.read(.octetString)
    try inside.finish()
    return (oid, isCritical, value.content)
  }

  /// `Time` of RFC 5280 §5.1.2.4, read digit by digit: a big list has a million of them.
  mutating func readCRLTime() throws(DERError) -> UnixTime {
    let element = try next()
    let yearDigits = element.tag == .generalizedTime ? 4 : 2
    guard element.tag == .generalizedTime || element.tag == .utcTime, element.content.count == yearDigits + 11,
      bytes[element.end - 1] == UInt8(ascii: "Z")
    else { throw DERError(.invalidTime, at: element.start) }
    func number(_ offset: Int, _ digits: Int) throws(DERError) -> Int {
      var value = 0
      for index in element.contentStart + offset..<element.contentStart + offset + digits {
        guard (0x30...0x39).contains(bytes[index]) else { throw DERError(.invalidTime, at: element.start) }
        value = value * 10 + Int(bytes[index] - 0x30)
      }
      return value
    }
    let year = try number(0, yearDigits)
    let rest = yearDigits
    guard
      let date = CalendarDate(
        year: yearDigits == 4 ? year : year < 50 ? 2000 + year : 1900 + year, month: try number(rest, 2),
        day: try number(rest + 2, 2), hour: try number(rest + 4, 2), minute: try number(rest + 6, 2),
        second: try number(rest + 8, 2))
    else { throw DERError(.invalidTime, at: element.start) }
    return UnixTime(date)
  }
}
