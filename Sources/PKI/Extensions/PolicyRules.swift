import Cryptography

/// RFC 5280 §4.2.1.5.
public struct PolicyMappings: ExtensionValue {
  public static let oid = OID.policyMappings
  public var mappings: [Mapping]

  public struct Mapping: Hashable, Sendable {
    public var issuerDomainPolicy: OID
    public var subjectDomainPolicy: OID

    public init(issuerDomainPolicy: OID, subjectDomainPolicy: OID) {
      self.issuerDomainPolicy = issuerDomainPolicy
      self.subjectDomainPolicy = subjectDomainPolicy
    }
  }

  public init(_ mappings: [Mapping]) { self.mappings = mappings }

  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    var content = try reader.enter()
    mappings = []
    while !content.isAtEnd {
      var pair = try content.enter()
      let issuer = OID(checked: pair.content(try pair.readObjectIdentifier()))
      let subject = OID(checked: pair.content(try pair.readObjectIdentifier()))
      try pair.finish()
      mappings.append(Mapping(issuerDomainPolicy: issuer, subjectDomainPolicy: subject))
    }
    if mappings.isEmpty { throw DERError(.emptySequence, at: start) }
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence {
      for mapping in mappings {
        $0.sequence {
          $0.objectIdentifier(mapping.issuerDomainPolicy.bytes)
          $0.objectIdentifier(mapping.subjectDomainPolicy.bytes)
        }
      }
    }
  }
}

/// RFC 5280 §4.2.1.11: counts of certificates.
public struct PolicyConstraints: ExtensionValue {
  public static let oid = OID.policyConstraints
  public var requireExplicitPolicy: Int?
  public var inhibitPolicyMapping: Int?

  public init(requireExplicitPolicy: Int?, inhibitPolicyMapping: Int?) {
    self.requireExplicitPolicy = requireExplicitPolicy
    self.inhibitPolicyMapping = inhibitPolicyMapping
  }

  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    var content = try reader.enter()
    if content.isAtEnd { throw DERError(.emptySequence, at: start) }
    requireExplicitPolicy = content.nextTag == .context(0) ? try content.readUnsigned(.context(0)) : nil
    inhibitPolicyMapping = content.nextTag == .context(1) ? try content.readUnsigned(.context(1)) : nil
    try content.finish()
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence {
      if let requireExplicitPolicy { $0.integer(requireExplicitPolicy, tag: .context(0)) }
      if let inhibitPolicyMapping { $0.integer(inhibitPolicyMapping, tag: .context(1)) }
    }
  }
}

/// RFC 5280 §4.2.1.14: a count of certificates.
public struct InhibitAnyPolicy: ExtensionValue {
  public static let oid = OID.inhibitAnyPolicy
  public var skipCerts: Int

  public init(skipCerts: Int) { self.skipCerts = skipCerts }

  public init(reading reader: inout DERReader) throws(DERError) { skipCerts = try reader.readUnsigned() }

  public func write(to writer: inout DERWriter) { writer.integer(skipCerts) }
}
