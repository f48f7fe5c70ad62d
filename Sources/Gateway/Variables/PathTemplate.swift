import ConfigModel
import ConfigSyntax

/// The name of a file with variables in it. Whatever requests bring, it stays below the folder that the configuration names:
/// every directive that names files by variables has its names from here.
struct PathTemplate: Sendable {
  private let template: CompiledTemplate

  init(_ template: Template, compile: CompileContext) throws(Diagnostic) {
    self.template = try compile.template(template)
  }

  init(literal path: [UInt8]) { template = CompiledTemplate(literal: path) }

  /// `nil` where there are variables.
  var literal: [UInt8]? { template.literal }

  /// - Throws: where a value holds NUL, or makes a `..` segment. The operator's own `..` leads where the operator wants.
  func path(for request: Request) throws(UnsafePath) -> [UInt8] {
    if let literal { return literal }
    var path: [UInt8] = []
    var values: [Range<Int>] = []
    for piece in template.pieces {
      let start = path.count
      switch piece {
      case .literal(let bytes): path.append(contentsOf: bytes)
      case .variable(let getter, .path): _ = getter(request, &path)
      case .variable(let getter, _):
        _ = getter(request, &path)
        values.append(start..<path.count)
      case .capture(let number):
        request.append(capture: number, to: &path)
        values.append(start..<path.count)
      }
    }
    for value in values where path.leadsAway(in: value) { throw UnsafePath(path: path) }
    return path
  }
}

/// A path that a request would lead out of its folder.
struct UnsafePath: Error, Equatable, CustomStringConvertible {
  let path: [UInt8]
  var description: String { "\"\(path.asText)\" leads out of its folder" }
}

extension [UInt8] {
  /// Whether the bytes of `range` have a NUL among them or a part in a `..` segment of the path.
  func leadsAway(in range: Range<Int>) -> Bool {
    if range.isEmpty { return false }
    var segment = range.lowerBound
    while segment > 0, self[segment - 1] != UInt8(ascii: "/") { segment -= 1 }
    for index in segment...count {
      guard index == count || self[index] == UInt8(ascii: "/") else {
        if self[index] == 0, range.contains(index) { return true }
        continue
      }
      let isParent = self[segment..<index].elementsEqual("..".utf8)
      if isParent, segment < range.upperBound, index > range.lowerBound { return true }
      if index >= range.upperBound { return false }
      segment = index + 1
    }
    return false
  }
}
