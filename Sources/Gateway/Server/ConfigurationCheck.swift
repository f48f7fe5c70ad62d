import ConfigModel
import ConfigSyntax
import ContentService
import Glibc
import TrustFeeds

/// `-t`, `-T` and what else needs the configuration but no gateway.
public enum ConfigurationCheck {
  public struct Report: Sendable {
    public var isValid: Bool
    /// For standard error, a line each.
    public var messages: [String]
    /// Where it listens, as `127.0.0.1:8443`.
    public var addresses: [String] = []
    /// `-T`: every file, with a line that names it before each.
    public var dump: [UInt8]
  }

  /// Why there is no process to send a signal to.
  public struct NoProcess: Error, CustomStringConvertible {
    public var description: String
  }

  /// Reads the configuration and loads every file it names, without opening a port.
  ///
  /// - Parameter services: the CAs that the configuration may name; none without.
  public static func run(_ options: GatewayOptions, services: (any AuthorityServices)? = nil) -> Report {
    let path = options.absoluteConfigurationFile
    do throws(GatewayStartError) {
      let read = try options.read()
      var messages = read.diagnostics.map { StartupMessage.text($0) }
      let runtime = try GatewayRuntime(
        read, options: options, generation: 0, shared: GatewayShared(services: services))
      messages += runtime.issuerWarnings.map { StartupMessage.text(Diagnostic($0, at: nil, severity: .warn)) }
      messages.append("the configuration file \(path) syntax is ok")
      messages.append("configuration file \(path) test is successful")
      let addresses = runtime.sockets.map(\.setting.text)
      return Report(isValid: true, messages: messages, addresses: addresses, dump: dump(read.files))
    } catch {
      return Report(
        isValid: false, messages: error.lines + ["configuration file \(path) test failed"], dump: [])
    }
  }

  /// Whether `daemon` is on; where the configuration can't be read the gateway's own start will say so.
  public static func wantsDaemon(_ options: GatewayOptions) -> Bool {
    (try? options.read())?.configuration.main.daemon ?? false
  }

  /// The process in the configuration's pid file.
  public static func runningProcess(_ options: GatewayOptions) throws -> Int32 {
    guard let read = try? options.read() else {
      throw NoProcess(description: "the configuration \(options.absoluteConfigurationFile) can't be read; see -t")
    }
    let path = options.pidFile(read.configuration)
    guard access(path, R_OK) == 0 else {
      throw NoProcess(description: "open() \"\(path)\" failed (\(SystemError(number: errno))): is the gateway running?")
    }
    guard let pid = PIDFile.process(in: path) else {
      throw NoProcess(description: "invalid PID number in \"\(path)\"")
    }
    return pid
  }

  private static func dump(_ files: [ConfigurationFile]) -> [UInt8] {
    files.reduce(into: []) { dump, file in
      dump += Array("# configuration file \(file.path):\n".utf8) + file.bytes + [UInt8(ascii: "\n")]
    }
  }
}

extension GatewayOptions {
  /// With its final slash.
  var absolutePrefix: String {
    let path = prefix.hasPrefix("/") ? prefix : SystemHost.workingDirectory + "/" + prefix
    return path.hasSuffix("/") ? path : path + "/"
  }

  var absoluteConfigurationFile: String {
    if configurationFile.hasPrefix("/") { return configurationFile }
    return absolutePrefix + configurationFile
  }

  /// - Throws: every diagnostic of a refused configuration, as lines.
  func read() throws(GatewayStartError) -> ReadConfiguration {
    do throws(ConfigurationError) {
      return try ConfigurationReader(host: .system).read(
        file: absoluteConfigurationFile, prefix: absolutePrefix, globalDirectives: globalDirectives)
    } catch {
      throw GatewayStartError(lines: error.diagnostics.map { StartupMessage.text($0) })
    }
  }
}

extension SystemHost {
  static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }
}
