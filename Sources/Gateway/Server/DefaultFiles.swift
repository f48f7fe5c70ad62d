import ConfigModel
import Glibc

/// Where the error log and the process's number are kept while neither the configuration nor `-e` names a place: in the
/// folder `logs` below the prefix.
struct DefaultFiles {
  private let folder: String

  init(prefix: String) { folder = prefix + "logs" }

  var errorLog: String { folder + "/error.log" }
  var pidFile: String { folder + "/countersign.pid" }

  /// Makes the folder where it is missing. What stands in the way is said by whoever opens a file in it.
  func makeFolder() { _ = mkdir(folder, 0o755) }
}

extension GatewayOptions {
  var defaultFiles: DefaultFiles { DefaultFiles(prefix: absolutePrefix) }

  /// Absolute; the default where the configuration names none.
  func pidFile(_ configuration: Configuration) -> String { configuration.main.pidFile ?? defaultFiles.pidFile }
}
