import ConfigModel
import ConfigSyntax
import Testing

/// A machine with these files and nothing else.
func host(_ files: [String: String]) -> ConfigurationHost {
  ConfigurationHost(
    read: { path throws(ConfigurationHost.ReadFailure) in
      guard let text = files[path] else {
        throw ConfigurationHost.ReadFailure(code: 2, message: "No such file or directory")
      }
      return Array(text.utf8)
    },
    glob: { pattern in
      let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
      return files.keys.filter { $0.hasPrefix(parts[0]) && $0.hasSuffix(parts[1]) }.sorted()
    }, name: "box.example.com")
}

/// Reads a configuration that must be good; the main file is /etc/gateway/nginx.conf, the prefix /srv/.
func read(
  _ text: String, files: [String: String] = [:], globalDirectives: String? = nil
) throws -> ReadConfiguration {
  var all = files
  all["/etc/gateway/nginx.conf"] = text
  return try ConfigurationReader(host: host(all)).read(
    file: "/etc/gateway/nginx.conf", prefix: "/srv", globalDirectives: globalDirectives)
}

/// Reads a configuration that must be refused: the reasons, as printed.
func refusal(_ text: String, files: [String: String] = [:], globalDirectives: String? = nil) -> [String] {
  var all = files
  all["/etc/gateway/nginx.conf"] = text
  do throws(ConfigurationError) {
    _ = try ConfigurationReader(host: host(all)).read(
      file: "/etc/gateway/nginx.conf", prefix: "/srv", globalDirectives: globalDirectives)
    Issue.record("the configuration was accepted")
    return []
  } catch {
    return error.diagnostics.filter { $0.severity == .emerg }.map {
      $0.description.replacing("/etc/gateway/nginx.conf", with: "nginx.conf")
    }
  }
}

/// `text` inside `http { server { listen 8080; … } }`, on its own lines: its first line is line 1.
func inServer(_ text: String) -> String {
  "events {} http { server { listen 8080; \(text)\n} }"
}

/// `text` inside `location / { … }`; its first line is line 1.
func inLocation(_ text: String) -> String {
  inServer("location / { \(text)\n}")
}

/// The settings of the only location of `inLocation(text)`.
func location(_ text: String) throws -> LocationSettings {
  let http = try #require(try read(inLocation(text)).configuration.http)
  return try #require(http.servers.first?.locations.first).settings
}

extension ReadConfiguration {
  func server(_ index: Int = 0) throws -> ServerBlock {
    try #require(configuration.http).servers[index]
  }
}

extension Template {
  /// The template as it would be written.
  var written: String {
    pieces.map { piece in
      switch piece {
      case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
      case .variable(let name): "${\(name)}"
      case .capture(let number): "$\(number)"
      }
    }.joined()
  }
}
