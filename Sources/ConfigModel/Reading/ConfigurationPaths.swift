/// Against what the configuration's relative paths are read.
struct ConfigurationPaths: Sendable {
  /// Ends with `/`.
  let prefix: String
  /// The main file, absolute.
  let file: String
  /// The main file's folder, ending with `/`.
  let folder: String

  init(file: String, prefix: String) {
    self.prefix = prefix.hasSuffix("/") ? prefix : prefix + "/"
    self.file = file.hasPrefix("/") ? file : self.prefix + file
    let slash = self.file.lastIndex(of: "/") ?? self.file.startIndex
    folder = String(self.file[...slash])
  }

  /// `root`, logs, `pid`.
  func underPrefix(_ path: String) -> String { path.hasPrefix("/") ? path : prefix + path }
  /// Certificates, keys, `include`.
  func underFolder(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }
}
