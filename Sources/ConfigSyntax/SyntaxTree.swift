/// The directives of one file, in order, as far as they could be read.
public struct SyntaxTree: Sendable {
  /// Blocks may not nest deeper.
  public static let maximumDepth = 100

  public private(set) var directives: [Directive] = []
  /// What ended the reading early; everything before it is in `directives`, unclosed blocks included.
  public private(set) var failure: Diagnostic?

  /// Reads a file's bytes; `name` is for positions.
  public init(bytes: [UInt8], file name: String) {
    var lexer = Lexer(bytes, source: .file(name))
    read(from: &lexer, allowsBlocks: true)
  }

  /// Reads the argument of `-g`, where blocks are not allowed.
  public init(commandLine text: String) {
    var lexer = Lexer(Array(text.utf8), source: .commandLine)
    read(from: &lexer, allowsBlocks: false)
  }

  private mutating func read(from lexer: inout Lexer, allowsBlocks: Bool) {
    var builder = TreeBuilder()
    do throws(Diagnostic) {
      while try builder.receive(lexer.next(), at: lexer.position, allowsBlocks: allowsBlocks) {}
    } catch {
      failure = error
    }
    directives = builder.finish(at: lexer.position)
  }
}

/// Puts statements together to a tree without recursion: depth costs no stack.
private struct TreeBuilder {
  private var open: [Directive] = []
  private var levels: [[Directive]] = [[]]

  /// Whether more is to come.
  mutating func receive(
    _ statement: Lexer.Statement, at position: SourcePosition, allowsBlocks: Bool
  ) throws(Diagnostic) -> Bool {
    switch statement {
    case .simple(let words):
      levels[levels.count - 1].append(directive(words, position))
    case .blockStart(let words):
      guard allowsBlocks else {
        throw Diagnostic("block directives are not supported in -g option", at: position)
      }
      guard open.count < SyntaxTree.maximumDepth else {
        throw Diagnostic("blocks are nested deeper than \(SyntaxTree.maximumDepth)", at: position)
      }
      open.append(directive(words, position))
      levels.append([])
    case .blockEnd:
      guard !open.isEmpty else { throw Diagnostic("unexpected \"}\"", at: position) }
      close(at: position)
    case .end:
      guard open.isEmpty else {
        throw Diagnostic("unexpected end of file, expecting \"}\"", at: position)
      }
      return false
    }
    return true
  }

  mutating func finish(at position: SourcePosition) -> [Directive] {
    while !open.isEmpty { close(at: position) }
    return levels[0]
  }

  private mutating func close(at position: SourcePosition) {
    var directive = open.removeLast()
    directive.block = levels.removeLast()
    directive.endPosition = position
    levels[levels.count - 1].append(directive)
  }

  private func directive(_ words: [Word], _ position: SourcePosition) -> Directive {
    Directive(name: words[0], arguments: Array(words.dropFirst()), position: position)
  }
}
