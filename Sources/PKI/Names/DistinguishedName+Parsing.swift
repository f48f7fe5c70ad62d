extension DistinguishedName {
  /// A name in either text form: with a slash first it is `/C=…/CN=…`, else RFC 4514.
  public init(parsing text: String) throws(PKIError) {
    if text.utf8.first == UInt8(ascii: "/") { try self.init(slashForm: text) } else { try self.init(rfc4514: text) }
  }

  /// OpenSSL's `-subj` form: `/C=US/O=Org/CN=name`, most significant first, `+` between the attributes of one RDN, a
  /// backslash before a slash, plus or backslash that belongs to a value. A lone `/` is the empty name.
  /// - Throws: `.invalidNameText` with the offset of the fault.
  public init(slashForm text: String) throws(PKIError) {
    var scanner = NameTextScanner(text)
    guard scanner.skip(UInt8(ascii: "/")) else { throw scanner.fault(.missingLeadingSlash) }
    var rdns: [[AttributeTypeAndValue]] = []
    while !scanner.isAtEnd {
      var rdn: [AttributeTypeAndValue] = []
      repeat {
        let type = try scanner.attributeType()
        rdn.append(try scanner.attribute(type, scanner.slashValue()))
      } while scanner.skip(UInt8(ascii: "+"))
      rdns.append(rdn)
      if !scanner.skip(UInt8(ascii: "/")) { break }
    }
    self.init(rdns: rdns)
  }

  /// RFC 4514, least significant first: `CN=name,O=Org`. Also read: quoted values and `;` of RFC 2253, and spaces
  /// around separators.
  /// - Throws: `.invalidNameText` with the offset of the fault.
  public init(rfc4514 text: String) throws(PKIError) {
    var scanner = NameTextScanner(text)
    var rdns: [[AttributeTypeAndValue]] = []
    scanner.skipSpaces()
    while !scanner.isAtEnd {
      var rdn: [AttributeTypeAndValue] = []
      repeat { rdn.append(try scanner.rfc4514Attribute()) } while scanner.skip(UInt8(ascii: "+"))
      rdns.append(rdn)
      guard scanner.skip(UInt8(ascii: ",")) || scanner.skip(UInt8(ascii: ";")) else { break }
      if scanner.isAtEnd { throw scanner.fault(.missingEqualsSign) }
    }
    self.init(rdns: rdns.reversed())
  }
}
