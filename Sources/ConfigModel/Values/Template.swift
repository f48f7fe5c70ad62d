import ConfigSyntax

/// Text with variables in it, as `return`, `add_header` or `log_format` take it.
///
/// Parsed once, when the configuration is read; the gateway resolves the names when it starts.
public struct Template: Hashable, Sendable {
  public enum Piece: Hashable, Sendable {
    case literal([UInt8])
    /// A variable's name, without `$` and braces, in lower case.
    case variable(String)
    /// `$1` … `$9`: a group of the last regular expression that matched.
    case capture(Int)
  }

  public var pieces: [Piece]
  public var position: SourcePosition

  public init(pieces: [Piece], position: SourcePosition) {
    self.pieces = pieces
    self.position = position
  }

  /// The text where there is no variable in it.
  public var literal: [UInt8]? {
    switch pieces.count {
    case 0: return []
    case 1:
      guard case .literal(let bytes) = pieces[0] else { return nil }
      return bytes
    default: return nil
    }
  }
}
