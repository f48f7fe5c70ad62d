/// A directive as written: its name, its arguments and, where it opened one, its block.
public struct Directive: Hashable, Sendable {
  public var name: Word
  public var arguments: [Word]
  /// `nil` where the directive ended with `;`.
  public var block: [Directive]?
  /// The line of the `;` or `{` that ended it, as nginx counts.
  public var position: SourcePosition
  /// The line of the closing `}`; the directive's own line where it has no block.
  public var endPosition: SourcePosition

  public init(name: Word, arguments: [Word], block: [Directive]? = nil, position: SourcePosition) {
    self.name = name
    self.arguments = arguments
    self.block = block
    self.position = position
    self.endPosition = position
  }
}
