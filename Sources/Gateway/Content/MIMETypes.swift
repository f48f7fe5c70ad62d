import ConfigModel

/// `types` and `default_type` made ready; locations with the same settings share one.
final class MIMETypes: Sendable {
  private let source: [String: String]
  private let fallbackName: String
  private let byExtension: [[UInt8]: [UInt8]]
  private let fallback: [UInt8]

  init(_ core: CoreSettings) {
    var table: [[UInt8]: [UInt8]] = [:]
    for (name, type) in core.types { table[Array(name.utf8)] = Array(type.utf8) }
    byExtension = table
    fallback = Array(core.defaultType.utf8)
    source = core.types
    fallbackName = core.defaultType
  }

  func isMade(from core: CoreSettings) -> Bool { fallbackName == core.defaultType && source == core.types }

  /// The type of a file by the extension of its URI; empty: no Content-Type.
  func type(of uri: [UInt8]) -> [UInt8] {
    guard let name = Self.fileExtension(of: uri) else { return fallback }
    if let type = byExtension[Array(name)] { return type }
    if name.contains(where: { $0 >= 0x41 && $0 <= 0x5A }), let type = byExtension[name.map(lowerCased)] { return type }
    return fallback
  }

  /// What follows the last dot of the last segment; a name that begins with its only dot has none.
  private static func fileExtension(of uri: [UInt8]) -> ArraySlice<UInt8>? {
    var index = uri.count - 1
    while index > 1 {
      if uri[index] == UInt8(ascii: "/") { return nil }
      if uri[index] == UInt8(ascii: "."), uri[index - 1] != UInt8(ascii: "/") { return uri[(index + 1)...] }
      index -= 1
    }
    return nil
  }
}

extension Request {
  func contentTypeByExtension() -> [UInt8] { effective.types.type(of: uri) }
}
