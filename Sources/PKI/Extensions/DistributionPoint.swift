import Cryptography

/// Where a CRL is (RFC 5280 §4.2.1.13).
///
///     DistributionPoint ::= SEQUENCE { [0] distributionPoint, [1] reasons, [2] cRLIssuer }
public struct DistributionPoint: Hashable, Sendable {
  public var name: Name?
  public var reasons: ReasonFlags?
  public var crlIssuer: [GeneralName]?

  public enum Name: Hashable, Sendable {
    case fullName([GeneralName])
    case nameRelativeToCRLIssuer([AttributeTypeAndValue])
  }

  public init(name: Name?, reasons: ReasonFlags? = nil, crlIssuer: [GeneralName]? = nil) {
    self.name = name
    self.reasons = reasons
    self.crlIssuer = crlIssuer
  }

  public init(uri: String) { self.init(name: .fullName([.uri(uri)])) }

  init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    name = try Name(readingIfPresent: &content)
    reasons =
      content.nextTag == .context(1) ? ReasonFlags(rawValue: try NamedBits.read(&content, tag: .context(1))) : nil
    if var names = try content.enterIfPresent(.contextConstructed(2)) { crlIssuer = try GeneralName.list(&names) }
    try content.finish()
  }

  func write(to writer: inout DERWriter) {
    writer.sequence {
      name?.write(to: &$0)
      if let reasons { $0.namedBits(reasons.rawValue, count: 9, tag: .context(1)) }
      if let crlIssuer {
        $0.constructed(.contextConstructed(2)) { for name in crlIssuer { name.write(to: &$0) } }
      }
    }
  }

  static func list(_ reader: inout DERReader) throws(DERError) -> [DistributionPoint] {
    let start = reader.position
    var content = try reader.enter()
    var points: [DistributionPoint] = []
    while !content.isAtEnd { points.append(try DistributionPoint(reading: &content)) }
    if points.isEmpty { throw DERError(.emptySequence, at: start) }
    return points
  }
}

extension DistributionPoint.Name {
  /// `distributionPoint [0] DistributionPointName`: a CHOICE, so explicit.
  init?(readingIfPresent reader: inout DERReader) throws(DERError) {
    guard var choice = try reader.enterIfPresent(.contextConstructed(0)) else { return nil }
    if var names = try choice.enterIfPresent(.contextConstructed(0)) {
      self = .fullName(try GeneralName.list(&names))
    } else {
      var rdn = try choice.enter(.contextConstructed(1))
      var attributes: [AttributeTypeAndValue] = []
      while !rdn.isAtEnd { attributes.append(try AttributeTypeAndValue(reading: &rdn)) }
      self = .nameRelativeToCRLIssuer(attributes)
    }
    try choice.finish()
  }

  func write(to writer: inout DERWriter) {
    writer.constructed(.contextConstructed(0)) {
      switch self {
      case .fullName(let names):
        $0.constructed(.contextConstructed(0)) { for name in names { name.write(to: &$0) } }
      case .nameRelativeToCRLIssuer(let attributes):
        $0.setOf(attributes.map(\.der), tag: .contextConstructed(1))
      }
    }
  }

  /// The full names of the point under `issuer`: a relative name becomes one directory name.
  public func fullNames(issuer: DistinguishedName) -> [GeneralName] {
    switch self {
    case .fullName(let names): names
    case .nameRelativeToCRLIssuer(let rdn): [.directory(DistinguishedName(rdns: issuer.rdns + [rdn]))]
    }
  }
}

/// Which revocations a CRL covers (RFC 5280 §4.2.1.13).
public struct ReasonFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let keyCompromise = ReasonFlags(rawValue: 1 << 1)
  public static let cACompromise = ReasonFlags(rawValue: 1 << 2)
  public static let affiliationChanged = ReasonFlags(rawValue: 1 << 3)
  public static let superseded = ReasonFlags(rawValue: 1 << 4)
  public static let cessationOfOperation = ReasonFlags(rawValue: 1 << 5)
  public static let certificateHold = ReasonFlags(rawValue: 1 << 6)
  public static let privilegeWithdrawn = ReasonFlags(rawValue: 1 << 7)
  public static let aACompromise = ReasonFlags(rawValue: 1 << 8)
  public static let all = ReasonFlags(rawValue: 0x1fe)
}

/// RFC 5280 §4.2.1.13.
public struct CRLDistributionPoints: ExtensionValue {
  public static let oid = OID.crlDistributionPoints
  public var points: [DistributionPoint]

  public init(_ points: [DistributionPoint]) { self.points = points }

  public init(reading reader: inout DERReader) throws(DERError) { points = try DistributionPoint.list(&reader) }

  public func write(to writer: inout DERWriter) {
    writer.sequence { for point in points { point.write(to: &$0) } }
  }
}

/// RFC 5280 §4.2.1.15 and §5.2.6: where delta CRLs are.
public struct FreshestCRL: ExtensionValue {
  public static let oid = OID.freshestCRL
  public var points: [DistributionPoint]

  public init(_ points: [DistributionPoint]) { self.points = points }

  public init(reading reader: inout DERReader) throws(DERError) { points = try DistributionPoint.list(&reader) }

  public func write(to writer: inout DERWriter) {
    writer.sequence { for point in points { point.write(to: &$0) } }
  }
}
