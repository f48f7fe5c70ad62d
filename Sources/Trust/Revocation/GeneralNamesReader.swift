import Cryptography
import PKI

/// A GeneralName in a form that is equal for equal names, whatever their string types.
enum ComparableName: Hashable, Sendable {
  case directory(DistinguishedNameKey)
  /// The whole element.
  case other([UInt8])

  init(_ name: GeneralName) {
    if case .directory(let directory) = name {
      self = .directory(directory.key)
    } else {
      self = .other(DERWriter.bytes { name.write(to: &$0) })
    }
  }
}

/// GeneralNames (RFC 5280 §4.2.1.6) as far as CRLs need them: which are the same, and which are directory names.
enum GeneralNamesReader {
  static func comparable(_ reader: inout DERReader) throws(DERError) -> ComparableName {
    guard reader.nextTag == .contextConstructed(4) else { return .other(reader.whole(try reader.next())) }
    return .directory(try directoryName(&reader).key)
  }

  /// The directory names of a GeneralNames with its tag.
  static func directoryNames(_ reader: inout DERReader) throws(DERError) -> [DistinguishedName] {
    var inside = try reader.enter()
    return try directoryNames(inside: &inside)
  }

  /// The directory names of a GeneralNames' content.
  static func directoryNames(inside reader: inout DERReader) throws(DERError) -> [DistinguishedName] {
    var names: [DistinguishedName] = []
    while !reader.isAtEnd {
      if reader.nextTag == .contextConstructed(4) {
        names.append(try directoryName(&reader))
      } else {
        _ = try reader.next()
      }
    }
    return names
  }

  private static func directoryName(_ reader: inout DERReader) throws(DERError) -> DistinguishedName {
    var inside = try reader.enter(.contextConstructed(4))
    let name = try inside.readName()
    try inside.finish()
    return name
  }
}

extension DERReader {
  /// `Name` (RFC 5280 §4.1.2.4).
  mutating func readName() throws(DERError) -> DistinguishedName {
    let element = try read(.sequence)
    do throws(PKIError) {
      return try DistinguishedName(der: whole(element))
    } catch {
      throw DERError(.invalidName, at: element.start)
    }
  }
}
