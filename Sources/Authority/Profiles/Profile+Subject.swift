import PKI

extension Profile {
  /// The subject given, or that of a certificate for which none is given.
  ///
  /// A name beyond the 64 characters of ub-common-name (RFC 5280 appendix A.1) stands in the alternative names alone.
  func subject(_ given: DistinguishedName?, name: String) throws(AuthorityError) -> DistinguishedName {
    if let given { return given }
    do {
      let start = subjectBase.isEmpty ? [] : try DistinguishedName(parsing: subjectBase).rdns
      let common = name.count > 64 ? [] : [[AttributeTypeAndValue(.commonName, name)]]
      return DistinguishedName(rdns: start + common)
    } catch {
      throw .invalidValue(what: "subject base", value: subjectBase, accepted: "/C=US/O=Example")
    }
  }
}

extension DistinguishedName {
  /// Whether the subject has an attribute, by its short name or OID.
  func has(_ attribute: String) -> Bool { NameAttribute.type(attribute).flatMap(lastText) != nil }
}
