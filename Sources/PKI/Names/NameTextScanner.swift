import Cryptography

/// Reads the text forms of names.
struct NameTextScanner {
  private let source: String
  private let text: [UInt8]
  private var position = 0

  init(_ text: String) {
    source = text
    self.text = Array(text.utf8)
  }

  var isAtEnd: Bool { position >= text.count }

  func fault(_ fault: PKIError.NameTextFault) -> PKIError {
    .invalidNameText(source, offset: position, fault)
  }

  mutating func skip(_ character: UInt8) -> Bool {
    guard !isAtEnd, text[position] == character else { return false }
    position += 1
    return true
  }

  mutating func skipSpaces() {
    while skip(UInt8(ascii: " ")) {}
  }

  /// Up to the equals sign, which is consumed.
  mutating func attributeType() throws(PKIError) -> OID {
    skipSpaces()
    guard let end = text[position...].firstIndex(of: UInt8(ascii: "=")) else { throw fault(.missingEqualsSign) }
    let name = String(decoding: text[position..<end], as: UTF8.self)
    let trimmed = name.split(separator: " ").joined(separator: " ")
    guard !trimmed.contains(where: { "/,+;".contains($0) }) else { throw fault(.missingEqualsSign) }
    guard let type = NameAttribute.type(trimmed) else { throw fault(.unknownAttribute) }
    position = end + 1
    return type
  }

  /// A value of the slash form: up to an unescaped `/` or `+`, which stays.
  mutating func slashValue() throws(PKIError) -> [UInt8] {
    var value: [UInt8] = []
    while !isAtEnd, text[position] != UInt8(ascii: "/"), text[position] != UInt8(ascii: "+") {
      if text[position] == UInt8(ascii: "\\") {
        guard position + 1 < text.count else { throw fault(.badEscape) }
        position += 1
      }
      value.append(text[position])
      position += 1
    }
    return value
  }

  /// `attributeTypeAndValue` of RFC 4514 §3.
  mutating func rfc4514Attribute() throws(PKIError) -> AttributeTypeAndValue {
    let type = try attributeType()
    skipSpaces()
    if skip(UInt8(ascii: "#")) { return try hexadecimalValue(type) }
    if skip(UInt8(ascii: "\"")) { return try attribute(type, quotedValue()) }
    return try attribute(type, plainValue())
  }

  /// `#` and the value's DER.
  private mutating func hexadecimalValue(_ type: OID) throws(PKIError) -> AttributeTypeAndValue {
    let end = text[position...].firstIndex { ",+; ".utf8.contains($0) } ?? text.count
    guard let der = Hexadecimal.decode(text[position..<end]) else { throw fault(.badHexadecimal) }
    var reader = DERReader(der)
    guard let element = try? reader.next(), reader.isAtEnd else { throw fault(.badHexadecimal) }
    position = end
    skipSpaces()
    return AttributeTypeAndValue(type: type, tag: element.tag, value: reader.content(element))
  }

  private mutating func quotedValue() throws(PKIError) -> [UInt8] {
    var value: [UInt8] = []
    while !isAtEnd, text[position] != UInt8(ascii: "\"") { value.append(try character()) }
    guard skip(UInt8(ascii: "\"")) else { throw fault(.unterminatedQuote) }
    skipSpaces()
    return value
  }

  /// Spaces at the end belong to the value only when escaped.
  private mutating func plainValue() throws(PKIError) -> [UInt8] {
    var value: [UInt8] = []
    var kept = 0
    while !isAtEnd, !",+;".utf8.contains(text[position]) {
      let isPlainSpace = text[position] == UInt8(ascii: " ")
      value.append(try character())
      if !isPlainSpace { kept = value.count }
    }
    return Array(value.prefix(kept))
  }

  /// One octet of a value: itself, or what a backslash and two digits or one character say.
  private mutating func character() throws(PKIError) -> UInt8 {
    guard text[position] == UInt8(ascii: "\\") else {
      position += 1
      return text[position - 1]
    }
    if let octet = Hexadecimal.decode(text[position + 1..<min(position + 3, text.count)]), octet.count == 1 {
      position += 3
      return octet[0]
    }
    guard position + 1 < text.count, " \"#+,;<=>\\/".utf8.contains(text[position + 1]) else { throw fault(.badEscape) }
    position += 2
    return text[position - 1]
  }

  /// An attribute whose value its type allows.
  func attribute(_ type: OID, _ value: [UInt8]) throws(PKIError) -> AttributeTypeAndValue {
    guard !value.isEmpty else { throw fault(.emptyAttribute) }
    guard let text = String(validating: value, as: UTF8.self), !text.unicodeScalars.contains("\0") else {
      throw fault(.valueNotAllowedForAttribute)
    }
    let attribute = AttributeTypeAndValue(type, text)
    if type == .countryName, text.utf8.count != 2 { throw fault(.countryNotTwoLetters) }
    guard attribute.tag == .utf8String || attribute.text != nil else { throw fault(.valueNotAllowedForAttribute) }
    return attribute
  }
}
