import ConfigModel
import ConfigSyntax
import Glibc
import Synchronization

/// Where `syslog:` sends lines, and how it labels them.
struct SyslogAddress: Sendable {
  enum Server: Sendable {
    case unix(String)
    case udp(host: String, port: String)
  }

  private(set) var server = Server.unix("/dev/log")
  /// `local7`.
  private(set) var facility = 23
  /// `info`; for access logs.
  private(set) var severity = LogLevel.info
  private(set) var tag = Product.name
  private(set) var sendsHostName = true

  static let facilities = [
    "kern", "user", "mail", "daemon", "auth", "intern", "lpr", "news", "uucp", "clock", "authpriv", "ftp", "ntp",
    "audit",
    "alert", "cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
  ]

  /// - Parameter text: `[syslog:]server=address[,facility=…][,severity=…][,tag=…][,nohostname]`.
  init(_ text: String, at position: SourcePosition?) throws(Diagnostic) {
    var hasServer = false
    let parameters = text.hasPrefix("syslog:") ? text.dropFirst(7) : text[...]
    for part in parameters.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1)
      switch (pair[0], pair.count > 1 ? String(pair[1]) : "") {
      case ("server", let value):
        server = Self.parse(value)
        hasServer = true
      case ("facility", let value): facility = try Self.facilityNumber(value, at: position)
      case ("severity", let value): severity = try Self.level(value, at: position)
      case ("tag", let value): tag = value
      case ("nohostname", ""): sendsHostName = false
      default: throw Diagnostic("unknown syslog parameter \"\(part)\"", at: position)
      }
    }
    if !hasServer { throw Diagnostic("no syslog server specified", at: position) }
  }

  private static func parse(_ text: String) -> Server {
    if text.hasPrefix("unix:") { return .unix(String(text.dropFirst(5))) }
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      return .udp(host: String(host), port: rest.hasPrefix(":") ? String(rest.dropFirst()) : "514")
    }
    let parts = text.split(separator: ":", maxSplits: 1)
    return .udp(host: String(parts.first ?? ""), port: parts.count > 1 ? String(parts[1]) : "514")
  }

  private static func facilityNumber(_ name: String, at position: SourcePosition?) throws(Diagnostic) -> Int {
    if let number = facilities.firstIndex(of: name) { return number }
    throw Diagnostic("unknown syslog facility \"\(name)\"", at: position)
  }

  private static func level(_ name: String, at position: SourcePosition?) throws(Diagnostic) -> LogLevel {
    if let level = LogLevel.allCases.first(where: { "\($0)" == name }) { return level }
    throw Diagnostic("unknown syslog severity \"\(name)\"", at: position)
  }
}

/// Sends lines to a syslog server by datagrams; what can't be sent at once is lost.
final class SyslogSender: Sendable {
  private let address: SyslogAddress
  /// -1: not connected.
  private let socket = Mutex<Int32>(-1)

  init(_ address: SyslogAddress) { self.address = address }

  deinit { socket.withLock { if $0 >= 0 { close($0) } } }

  /// - Parameter severity: `nil`: the configured one.
  func send(_ message: some Collection<UInt8>, severity: LogLevel? = nil) {
    var datagram = header(severity ?? address.severity)
    datagram.append(contentsOf: message)
    socket.withLock { socket in
      if socket < 0 { socket = connected() }
      guard socket >= 0 else { return }
      let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
      if Glibc.send(socket, datagram, datagram.count, flags) < 0, errno != EAGAIN {
        close(socket)
        socket = -1
      }
    }
  }

  /// `<190>Nov 21 12:00:00 host tag: `.
  private func header(_ severity: LogLevel) -> [UInt8] {
    var out: [UInt8] = [UInt8(ascii: "<")]
    out.append(decimal: address.facility * 8 + severity.rawValue - 1)
    out.append(ascii: ">")
    let time = WallClock.now.logTime
    out.append(contentsOf: time[3..<6])
    out.append(0x20)
    out.append(time[0] == 0x30 ? 0x20 : time[0])
    out.append(time[1])
    out.append(0x20)
    out.append(contentsOf: time[12..<20])
    out.append(0x20)
    if address.sendsHostName {
      out.append(contentsOf: HostIdentity.name)
      out.append(0x20)
    }
    out.append(utf8: address.tag)
    out.append(ascii: ": ")
    return out
  }

  private func connected() -> Int32 {
    switch address.server {
    case .unix(let path): Self.connectUnix(path)
    case .udp(let host, let port): Self.connectUDP(host, port)
    }
  }

  private static func connectUnix(_ path: String) -> Int32 {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return -1 }
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let result = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return checked(socket, result)
  }

  private static func connectUDP(_ host: String, _ port: String) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, port, &hints, &found) == 0, let info = found?.pointee else { return -1 }
    defer { freeaddrinfo(found) }
    let socket = Glibc.socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), info.ai_protocol)
    return checked(socket, connect(socket, info.ai_addr, info.ai_addrlen))
  }

  private static func checked(_ socket: Int32, _ result: Int32) -> Int32 {
    if result == 0 { return socket }
    if socket >= 0 { close(socket) }
    return -1
  }
}

/// The machine's name: `$hostname`.
enum HostIdentity {
  static let name: [UInt8] = {
    var bytes = [UInt8](repeating: 0, count: 256)
    let result = bytes.withUnsafeMutableBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { $0.baseAddress.map { gethostname($0, 255) } ?? -1 }
    }
    return result == 0 ? Array(bytes.prefix { $0 != 0 }) : []
  }()
}
