/// Where a token of the configuration stands.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// Counted from 1; 0 where there is no line, as for directives of the command line.
  public var line: Int

  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// The position of everything given with `-g`.
  public static let commandLine = SourcePosition(file: "command line", line: 0)

  public var description: String { line == 0 ? file : "\(file):\(line)" }
}
