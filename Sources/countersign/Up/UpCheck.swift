import AuthorityService
import Gateway
import Authority
import Glibc

/// What can be known before the first file is written: that the configuration is good, and its address free.
struct UpCheck {
  let root: String

  /// Checks a configuration that does not need any certificate yet.
  func check(_ text: String) throws {
    let path = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/countersign-up-\(getpid()).conf"
    try AtomicFile.write(Array(text.utf8), to: path, mode: 0o600)
    defer { unlink(path) }
    _ = try check(file: path)
  }

  /// Checks a configuration with all that it names.
  ///
  /// - Returns: where it listens.
  func check(file: String) throws -> [String] {
    let report = ConfigurationCheck.run(
      GatewayOptions(configurationFile: file, prefix: root), services: LocalAuthorities())
    guard report.isValid else {
      throw UpRefusal(lines: report.messages.filter { !$0.contains(" test failed") })
    }
    return report.addresses
  }

  /// Binds the address as the gateway will, and lets go of it.
  func bind(_ address: String) throws {
    guard let address = ListenAddress(address) else { return }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var found: UnsafeMutablePointer<addrinfo>?
    let host = address.host == "*" ? "0.0.0.0" : address.host.filter { $0 != "[" && $0 != "]" }
    let code = getaddrinfo(host, "\(address.port)", &hints, &found)
    guard code == 0, let first = found else {
      throw UpRefusal(lines: ["--listen \(address.text): \(String(cString: gai_strerror(code)))"])
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
    defer { close(descriptor) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let isFree =
      Glibc.bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 && listen(descriptor, 1) == 0
    guard isFree else {
      let reason = String(cString: strerror(errno))
      throw UpRefusal(lines: ["\(address.text): \(reason): choose another address with --listen"])
    }
  }
}

/// Why nothing was begun.
struct UpRefusal: CommandFailure {
  let lines: [String]
  var message: String { (lines + ["nothing was changed"]).joined(separator: "\n") }
  var exitCode: Int32 { ExitStatus.refused }
}
