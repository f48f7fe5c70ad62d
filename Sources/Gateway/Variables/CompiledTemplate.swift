import ConfigModel
import ConfigSyntax

/// Text with variables, ready to be written: no name is looked up when a request passes.
struct CompiledTemplate: Sendable {
  enum Piece: Sendable {
    case literal([UInt8])
    case capture(Int)
    case variable(VariableGetter, TargetForm)
  }

  let pieces: [Piece]
  /// The whole text where there is no variable in it.
  let literal: [UInt8]?

  /// - Throws: `unknown "foo" variable`, at the template's place.
  init(_ template: Template, variables: VariableScope) throws(Diagnostic) {
    var pieces: [Piece] = []
    for piece in template.pieces {
      switch piece {
      case .literal(let bytes): pieces.append(.literal(bytes))
      case .capture(let number): pieces.append(.capture(number))
      case .variable(let name):
        let getter = try variables.getter(named: name, at: template.position)
        pieces.append(.variable(getter, variables.targetForm(of: name)))
      }
    }
    self.pieces = pieces
    literal = template.literal
  }

  init(pieces: [Piece]) {
    self.pieces = pieces
    literal = nil
  }

  init(literal: [UInt8]) {
    pieces = literal.isEmpty ? [] : [.literal(literal)]
    self.literal = literal
  }

  func append(to out: inout [UInt8], for request: Request) {
    for piece in pieces {
      switch piece {
      case .literal(let bytes): out.append(contentsOf: bytes)
      case .capture(let number): request.append(capture: number, to: &out)
      case .variable(let getter, _): _ = getter(request, &out)
      }
    }
  }

  func value(for request: Request) -> [UInt8] {
    if let literal { return literal }
    var out: [UInt8] = []
    append(to: &out, for: request)
    return out
  }
}

extension Request {
  func evaluate(_ template: CompiledTemplate) -> [UInt8] { template.value(for: self) }

  func append(_ template: CompiledTemplate, to out: inout [UInt8]) { template.append(to: &out, for: self) }

  /// A variable by its name, looked up now; `nil` where it has no value or is unknown.
  func variable(_ name: String) -> [UInt8]? {
    guard let getter = VariableTable.getter(named: name) else { return nil }
    var out: [UInt8] = []
    return getter(self, &out) ? out : nil
  }

  /// The text of a group of the last match; nothing where there is none.
  func append(capture number: Int, to out: inout [UInt8]) {
    guard number < captures.groups.count, let range = captures.groups[number] else { return }
    out.append(contentsOf: captures.subject[range])
  }
}
