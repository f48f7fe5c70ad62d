import ConfigSyntax

/// Reads a configuration in nginx's language, whole: syntax, directives, merging, checks.
public struct ConfigurationReader: Sendable {
  public var table: DirectiveTable
  public var host: ConfigurationHost

  public init(host: ConfigurationHost, table: DirectiveTable = .standard) {
    self.host = host
    self.table = table
  }

  /// Reads `file` (relative to `prefix`) and everything it includes.
  ///
  /// - Parameters:
  ///   - prefix: the absolute folder that `root`, logs and `pid` are relative to; certificates and `include` are relative
  ///     to the configuration's own folder.
  ///   - globalDirectives: the text of `-g`, read before the file, as nginx does.
  /// - Throws: all that is wrong, the first first.
  public func read(
    file: String, prefix: String, globalDirectives: String? = nil
  ) throws(ConfigurationError) -> ReadConfiguration {
    let paths = ConfigurationPaths(file: file, prefix: prefix)
    let reading = Reading(table: table, host: host, paths: paths)
    if let globalDirectives { reading.readCommandLine(globalDirectives) }
    reading.readMainFile()
    let configuration = reading.isFailed ? nil : Assembly(reading).configuration()
    guard let configuration, !reading.isFailed else {
      throw ConfigurationError(diagnostics: reading.diagnostics, files: reading.files)
    }
    return ReadConfiguration(
      configuration: configuration, diagnostics: reading.diagnostics, files: reading.files, path: paths.file)
  }
}

/// A configuration that may be used, and what there is to say about it.
public struct ReadConfiguration: Sendable {
  public var configuration: Configuration
  /// Warnings and notices, in the order they were met.
  public var diagnostics: [Diagnostic]
  /// Every file read, once each, in the order of reading: what `-T` prints.
  public var files: [ConfigurationFile]
  /// The main file, absolute.
  public var path: String
}

public struct ConfigurationFile: Hashable, Sendable {
  public var path: String
  public var bytes: [UInt8]
}

/// A configuration that was refused.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  /// Everything found, warnings too; at least one is `.emerg`.
  public var diagnostics: [Diagnostic]
  public var files: [ConfigurationFile]

  /// The first reason of refusal: nginx would stop there.
  public var first: Diagnostic? { diagnostics.first { $0.severity == .emerg } }
  public var description: String { first?.description ?? "the configuration was refused" }
}
