/// How a gateway was asked to start: nginx's command line.
public struct GatewayOptions: Sendable {
  public static let defaultPrefix = "/etc/countersign/"
  public static let defaultConfigurationFile = "gateway.conf"

  /// Relative to `prefix` where it is not absolute.
  public var configurationFile: String
  public var prefix: String
  /// Where to log until the configuration says otherwise; standard error where `nil`.
  public var errorLog: String?
  /// Directives of the main context, read before the file, as nginx does.
  public var globalDirectives: String?
  public var isQuiet: Bool

  public init(
    configurationFile: String = defaultConfigurationFile, prefix: String = defaultPrefix, errorLog: String? = nil,
    globalDirectives: String? = nil, isQuiet: Bool = false
  ) {
    self.configurationFile = configurationFile
    self.prefix = prefix
    self.errorLog = errorLog
    self.globalDirectives = globalDirectives
    self.isQuiet = isQuiet
  }
}

/// Why a gateway could not start, as lines for the operator.
public struct GatewayStartError: Error, Sendable {
  public var lines: [String]

  public init(lines: [String]) { self.lines = lines }
}

/// The name and version that `Server`, error pages and `-v` show.
public enum GatewayVersion {
  public static let number = "0.1.0"
  public static let product = "countersign/\(number)"
}
