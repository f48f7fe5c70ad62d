import ConfigModel
import Glibc
import TrustFeeds

extension ConfigurationHost {
  /// This machine: its files, its resolver, its name.
  public static let system = ConfigurationHost(
    read: { path throws(ReadFailure) in
      do throws(FileFault) {
        return try WholeFile.read(path, limit: .configuration)
      } catch {
        throw ReadFailure(code: error.code, message: error.message)
      }
    },
    glob: { SystemHost.files(matching: $0) },
    resolve: { SystemHost.addresses(of: $0) },
    name: SystemHost.name,
    isPrivileged: geteuid() == 0)
}

enum SystemHost {
  /// `$hostname`, in lower case.
  static let name: String = {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    return text(buffer).lowercased()
  }()

  static func files(matching pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard Glibc.glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in result.gl_pathv[index].map { String(cString: $0) } }
  }

  /// Numeric addresses of a name, IPv4 first as nginx binds them.
  static func addresses(of name: String) -> [String] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [String] = []
    var entry = list
    while let current = entry?.pointee {
      var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let size = socklen_t(buffer.count)
      if getnameinfo(current.ai_addr, current.ai_addrlen, &buffer, size, nil, 0, NI_NUMERICHOST) == 0 {
        let address = text(buffer)
        if !found.contains(address) { found.append(address) }
      }
      entry = current.ai_next
    }
    return found.filter { !$0.contains(":") } + found.filter { $0.contains(":") }
  }

  private static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
