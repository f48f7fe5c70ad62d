import ArgumentParser
import Authority
import Glibc
import PKI

/// `--dir`, shared by every command that works on the CA's directory.
struct DirectoryOptions: ParsableArguments {
  @Option(name: .customLong("dir"), help: ArgumentHelp("The CA's directory.", valueName: "dir"))
  var path = "mtls_certs"

  func open() throws(AuthorityError) -> AuthorityDirectory {
    let directory = try AuthorityDirectory.open(path, as: .current)
    for warning in directory.warnings { StandardError.warn(warning) }
    return directory
  }
}

extension Operator {
  /// The user of this process, seen through sudo, and the system's clock.
  static var current: Operator { Operator(name: userName, clock: { .current }) }

  private static var userName: String {
    let user = getuid()
    let name = getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "unknown"
    guard let caller = getenv("SUDO_USER").map({ String(cString: $0) }), user == 0 else {
      return "\(name) (uid \(user))"
    }
    return "\(caller) (uid 0 by sudo)"
  }
}

extension UnixTime {
  static var current: UnixTime { UnixTime(Int64(time(nil))) }
}
