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

  /// `--days`: a positive number of days, in seconds.
  static func seconds(days: Int) throws -> Int64 {
    guard days > 0, let seconds = ValidityBounds.seconds("\(days)d") else {
      throw UsageError("--days \(days) is not possible; accepted: 1 to 54900")
    }
    return seconds
  }

  /// `30d`, `12h`; a bare number is days.
  static func seconds(_ text: String, option: String) throws -> Int64 {
    guard let seconds = ValidityBounds.seconds(text) else {
      throw UsageError("\(option) \"\(text)\" is not understood; accepted: 30d, 12h, 45m")
    }
    return seconds
  }
}
