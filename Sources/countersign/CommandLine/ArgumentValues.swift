import Authority
import Cryptography
import PKI

/// Arguments as the values they stand for, with an error that names the option.
enum ArgumentValues {
  static func subject(_ text: String) throws -> DistinguishedName {
    do {
      return try DistinguishedName(parsing: text)
    } catch {
      throw UsageError(
        "--subject \"\(text)\" is not understood (\(FaultText.of(error))); accepted: /C=US/O=Example/CN=name or CN=name,O=Example,C=US"
      )
    }
  }

  static func keyType(_ text: String) throws -> KeyType {
    guard let type = KeyType(name: text) else {
      throw UsageError("--key \"\(text)\" is not known; known: \(KeyType.makeable.map(\.name).joined(separator: ", "))")
    }
    return type
  }

  static func names(_ texts: [String]) throws(AuthorityError) -> [RequestedName] {
    var names: [RequestedName] = []
    for text in texts { names.append(try RequestedName(text)) }
    return names
  }
}
