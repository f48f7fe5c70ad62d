import Cryptography

/// RFC 5280 §5.2.3: a number that grows, of at most 20 octets.
public struct CRLNumber: ExtensionValue {
  public static let oid = OID.crlNumber
  public var number: SerialNumber

  public init(_ number: SerialNumber) { self.number = number }

  public init(reading reader: inout DERReader) throws(DERError) {
    number = SerialNumber(bytes: reader.content(try reader.readIntegerElement()))
  }

  public func write(to writer: inout DERWriter) { writer.primitive(.integer, number.bytes) }
}

/// RFC 5280 §5.2.4: the number of the complete CRL that a delta CRL adds to.
public struct DeltaCRLIndicator: ExtensionValue {
  public static let oid = OID.deltaCRLIndicator
  public var baseCRLNumber: SerialNumber

  public init(baseCRLNumber: SerialNumber) { self.baseCRLNumber = baseCRLNumber }

  public init(reading reader: inout DERReader) throws(DERError) {
    baseCRLNumber = SerialNumber(bytes: reader.content(try reader.readIntegerElement()))
  }

  public func write(to writer: inout DERWriter) { writer.primitive(.integer, baseCRLNumber.bytes) }
}

/// RFC 5280 §5.2.5: what a CRL is about.
public struct IssuingDistributionPoint: ExtensionValue {
  public static let oid = OID.issuingDistributionPoint
  public var name: DistributionPoint.Name?
  public var onlyContainsUserCerts = false
  public var onlyContainsCACerts = false
  public var onlySomeReasons: ReasonFlags?
  public var indirectCRL = false
  public var onlyContainsAttributeCerts = false

  public init(name: DistributionPoint.Name? = nil) { self.name = name }

  public init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    name = try DistributionPoint.Name(readingIfPresent: &content)
    onlyContainsUserCerts = try content.readBooleanDefaultFalse(.context(1))
    onlyContainsCACerts = try content.readBooleanDefaultFalse(.context(2))
    if content.nextTag == .context(3) {
      onlySomeReasons = ReasonFlags(rawValue: try NamedBits.read(&content, tag: .context(3)))
    }
    indirectCRL = try content.readBooleanDefaultFalse(.context(4))
    onlyContainsAttributeCerts = try content.readBooleanDefaultFalse(.context(5))
    try content.finish()
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence {
      name?.write(to: &$0)
      if onlyContainsUserCerts { $0.boolean(true, tag: .context(1)) }
      if onlyContainsCACerts { $0.boolean(true, tag: .context(2)) }
      if let onlySomeReasons { $0.namedBits(onlySomeReasons.rawValue, count: 9, tag: .context(3)) }
      if indirectCRL { $0.boolean(true, tag: .context(4)) }
      if onlyContainsAttributeCerts { $0.boolean(true, tag: .context(5)) }
    }
  }
}

/// RFC 5280 §5.3.2: since when the key may not be trusted. Always GeneralizedTime.
public struct InvalidityDate: ExtensionValue {
  public static let oid = OID.invalidityDate
  public var date: UnixTime

  public init(_ date: UnixTime) { self.date = date }

  public init(reading reader: inout DERReader) throws(DERError) { date = try reader.readGeneralizedTime() }

  public func write(to writer: inout DERWriter) { writer.generalizedTime(date) }
}

/// RFC 5280 §5.3.3: whose certificate an entry of an indirect CRL is about, for it and the entries after it.
public struct CertificateIssuer: ExtensionValue {
  public static let oid = OID.certificateIssuer
  public var names: [GeneralName]

  public init(_ names: [GeneralName]) { self.names = names }

  public init(reading reader: inout DERReader) throws(DERError) { names = try GeneralName.sequence(&reader) }

  public func write(to writer: inout DERWriter) { GeneralName.write(names, to: &writer) }
}
