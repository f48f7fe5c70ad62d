import Cryptography

/// A name that is equal to another only if it shows the same: for rules that name somebody.
///
/// The same attributes in the same order of RDNs. Texts are compared code point by code point, whatever string type carries
/// them, without folding case, white space or anything else; what is no text, by tag and octets. Names of issuers and
/// subjects match by looser rules when paths are built (RFC 5280 §7.1, `DistinguishedNameKey`): those find a CA, whose
/// signature decides. Here nothing comes after the comparison.
public struct ExactName: Hashable, Sendable {
  private enum Value: Hashable, Sendable {
    case text(ExactText)
    case other(DERTag, [UInt8])
  }

  private struct Attribute: Hashable, Sendable {
    let type: OID
    let value: Value

    init(_ attribute: AttributeTypeAndValue) {
      type = attribute.type
      value = attribute.text.map { .text(ExactText($0)) } ?? .other(attribute.tag, attribute.value)
    }
  }

  /// An RDN is a set: how often it has each attribute.
  private let rdns: [[Attribute: Int]]

  public init(_ name: DistinguishedName) {
    rdns = name.rdns.map { rdn in rdn.reduce(into: [:]) { $0[Attribute($1), default: 0] += 1 } }
  }
}
