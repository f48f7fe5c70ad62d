import Cryptography

/// RFC 5280 §4.2.1.4.
public struct CertificatePolicies: ExtensionValue {
  public static let oid = OID.certificatePolicies
  public var policies: [PolicyInformation]

  public init(_ policies: [PolicyInformation]) { self.policies = policies }

  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    var content = try reader.enter()
    policies = []
    while !content.isAtEnd { policies.append(try PolicyInformation(reading: &content)) }
    if policies.isEmpty { throw DERError(.emptySequence, at: start) }
    // "A certificate policy OID MUST NOT appear more than once."
    guard Set(policies.map(\.identifier)).count == policies.count else { throw DERError(.duplicateElement, at: start) }
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence { for policy in policies { policy.write(to: &$0) } }
  }
}

/// A policy and its qualifiers.
public struct PolicyInformation: Hashable, Sendable {
  public var identifier: OID
  public var qualifiers: [Qualifier]

  public struct Qualifier: Hashable, Sendable {
    public var oid: OID
    /// The qualifier's DER.
    public var value: [UInt8]

    public init(oid: OID, value: [UInt8]) {
      self.oid = oid
      self.value = value
    }

    /// A pointer to a practice statement.
    public init(practiceStatement uri: String) {
      self.init(
        oid: .certificationPracticeStatement, value: DERWriter.bytes { $0.primitive(.ia5String, uri.utf8) })
    }
  }

  public init(_ identifier: OID, qualifiers: [Qualifier] = []) {
    self.identifier = identifier
    self.qualifiers = qualifiers
  }

  init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    identifier = OID(checked: content.content(try content.readObjectIdentifier()))
    qualifiers = []
    if var list = try content.enterIfPresent(.sequence) {
      if list.isAtEnd { throw DERError(.emptySequence, at: list.position) }
      while !list.isAtEnd {
        var qualifier = try list.enter()
        let oid = OID(checked: qualifier.content(try qualifier.readObjectIdentifier()))
        qualifiers.append(Qualifier(oid: oid, value: qualifier.whole(try qualifier.next())))
        try qualifier.finish()
      }
    }
    try content.finish()
  }

  func write(to writer: inout DERWriter) {
    writer.sequence {
      $0.objectIdentifier(identifier.bytes)
      guard !qualifiers.isEmpty else { return }
      $0.sequence {
        for qualifier in qualifiers {
          $0.sequence {
            $0.objectIdentifier(qualifier.oid.bytes)
            $0.raw(qualifier.value)
          }
        }
      }
    }
  }
}
