import PKI

/// One row of the `index.txt` that `openssl ca` keeps: six fields between tabs.
///
///     state  expiry  revocation[,reason[,argument]]  serial  file  subject
public struct IndexRow: Sendable, Hashable {
  public enum State: Sendable, Hashable {
    case valid, expired
    case revoked(IndexRevocation)
  }

  public let state: State
  public let notAfter: UnixTime
  public let serial: SerialNumber
  /// `unknown`, or the path of the certificate as openssl was told.
  public let file: String
  /// As the file has it: `/C=US/CN=alice`.
  public let subject: String

  /// - Throws: what is wrong with the row, for the operator.
  public init(line: Substring) throws(IndexRowProblem) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count == 6 else { throw .fieldCount(fields.count) }
    guard let notAfter = Self.time(fields[1]) else { throw .badExpiry(String(fields[1])) }
    guard let serial = Self.serial(fields[3]) else { throw .badSerial(String(fields[3])) }
    guard !fields[5].isEmpty else { throw .noSubject }
    state = try Self.state(fields[0], revocation: fields[2])
    self.notAfter = notAfter
    self.serial = serial
    file = String(fields[4])
    subject = String(fields[5])
  }

  /// A row for a certificate the index does not have, on hold from `heldSince` on.
  init(unlisted certificate: Certificate, heldSince: UnixTime?) {
    state = heldSince.map { .revoked(IndexRevocation(heldSince: $0)) } ?? .valid
    notAfter = certificate.notAfter
    serial = certificate.serialNumber
    file = "unknown"
    subject = certificate.subject.oneLine
  }

  /// A row for what a CRL revokes and the index does not.
  init(published entry: RevokedEntry, notAfter: UnixTime) {
    state = .revoked(IndexRevocation(entry))
    self.notAfter = notAfter
    serial = entry.serialNumber
    file = "unknown"
    subject = ""
  }

  private static func state(_ letter: Substring, revocation: Substring) throws(IndexRowProblem) -> State {
    switch letter {
    case "V", "E":
      guard revocation.isEmpty else { throw .revocationOfUnrevoked(String(revocation)) }
      return letter == "V" ? .valid : .expired
    case "R": return .revoked(try IndexRevocation(revocation))
    default: throw .unknownState(String(letter))
    }
  }

  /// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` (RFC 5280 §4.1.2.5).
  static func time(_ text: Substring) -> UnixTime? {
    guard text.last == "Z" else { return nil }
    let digits = text.dropLast()
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    guard digits.count == 12 || digits.count == 14 else { return nil }
    let century = digits.count == 14 ? "" : digits < "50" ? "20" : "19"
    let full = Array(century + digits)
    func part(_ range: Range<Int>) -> String { String(full[range]) }
    return UnixTime(
      rfc3339: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z")
  }

  private static func serial(_ text: Substring) -> SerialNumber? {
    guard !text.isEmpty, text.count.isMultiple(of: 2), text.allSatisfy(\.isHexDigit) else { return nil }
    // RFC 5280 §4.1.2.2: 20 octets at most, the sign's included.
    return SerialNumber(hex: String(text)).flatMap { $0.isTooLong ? nil : $0 }
  }
}

/// The third field of a revoked row.
public struct IndexRevocation: Sendable, Hashable {
  public let date: UnixTime
  public let reason: RevocationReason
  /// From `holdInstruction,OID`.
  public let holdInstruction: String?
  /// From `keyTime,DATE` and `CAkeyTime,DATE`: when the key is thought to have been lost (RFC 5280 §5.3.2).
  public let invalidityDate: UnixTime?

  init(heldSince date: UnixTime) {
    self.date = date
    (reason, holdInstruction, invalidityDate) = (.certificateHold, nil, nil)
  }

  init(_ entry: RevokedEntry) {
    date = entry.revocationDate
    (reason, invalidityDate, holdInstruction) = (entry.reason ?? .unspecified, entry.invalidityDate, nil)
  }

  init(_ field: Substring) throws(IndexRowProblem) {
    let parts = field.split(separator: ",", omittingEmptySubsequences: false)
    guard let first = parts.first, let date = IndexRow.time(first) else { throw .badRevocation(String(field)) }
    self.date = date
    let argument = parts.count == 3 ? parts[2] : nil
    switch (parts.count > 1 ? String(parts[1]) : "unspecified", argument) {
    case ("holdInstruction", let instruction?):
      (reason, holdInstruction, invalidityDate) = (.certificateHold, String(instruction), nil)
    case ("keyTime", let time?), ("CAkeyTime", let time?):
      guard let lost = IndexRow.time(time) else { throw .badRevocation(String(field)) }
      (reason, holdInstruction) = (parts[1] == "keyTime" ? .keyCompromise : .cACompromise, nil)
      invalidityDate = lost
    case (let name, nil):
      guard let known = RevocationReason(name: name) else { throw .unknownReason(name) }
      (reason, holdInstruction, invalidityDate) = (known, nil, nil)
    case (let name, _?): throw .unknownReason(name)
    }
  }
}

/// What is wrong with a row of `index.txt`.
public enum IndexRowProblem: Error, Sendable, Hashable, CustomStringConvertible {
  case fieldCount(Int)
  case unknownState(String)
  case badExpiry(String)
  case badRevocation(String)
  case unknownReason(String)
  case revocationOfUnrevoked(String)
  case badSerial(String)
  case noSubject

  public var description: String {
    switch self {
    case .fieldCount(let count): "6 fields between tabs are expected, \(count) found"
    case .unknownState(let state): "state \"\(state)\" is not V, R or E"
    case .badExpiry(let text): "expiry \"\(text)\" is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ"
    case .badRevocation(let text): "revocation \"\(text)\" is not DATE, DATE,REASON or DATE,REASON,ARGUMENT"
    case .unknownReason(let text): "revocation reason \"\(text)\" is unknown"
    case .revocationOfUnrevoked(let text): "the row is not revoked but has the revocation date \"\(text)\""
    case .badSerial(let text):
      "serial \"\(text)\" is not an even number of hexadecimal digits, 20 octets at most (RFC 5280 §4.1.2.2)"
    case .noSubject: "the subject is missing"
    }
  }
}
