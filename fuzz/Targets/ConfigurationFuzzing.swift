import ConfigModel
import ConfigSyntax

/// A configuration file of any content, which includes nothing.
enum ConfigurationFuzzing {
  static func configuration(_ bytes: [UInt8]) {
    let tree = SyntaxTree(bytes: bytes, file: "fuzz.conf")
    _ = tree.failure?.description
    let host = ConfigurationHost(read: { path throws(ConfigurationHost.ReadFailure) in
      guard path == "/fuzz/fuzz.conf" else {
        throw ConfigurationHost.ReadFailure(code: 2, message: "No such file or directory")
      }
      return bytes
    })
    do throws(ConfigurationError) {
      _ = try ConfigurationReader(host: host).read(file: "/fuzz/fuzz.conf", prefix: "/fuzz/")
    } catch {
      expect(error.first != nil, "a configuration is refused for a reason")
      _ = error.description
    }
  }
}
