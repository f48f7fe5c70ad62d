import Glibc

/// The one reader of files: whole, bounded, and waiting for nothing that may stand in a file's place.
public enum WholeFile {
  /// - Throws: the system refused, it is no regular file, or it is larger than `limit`.
  public static func read(_ path: String, limit: FileLimit) throws(FileFault) -> [UInt8] {
    try DescriptorReserve.shared.overcomingExhaustion { () throws(FileFault) in try readOnce(path, limit) }
  }

  private static func readOnce(_ path: String, _ limit: FileLimit) throws(FileFault) -> [UInt8] {
    // Looked at first: to open a device may set something going, and to open a FIFO may wait.
    let kind = try kind(of: path)
    guard kind == .regular || limit.acceptsStreams && kind.isStream else { throw .notRegular(kind) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (limit.acceptsStreams ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else { throw .system(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(errno) }
    let opened = FileKind(status)
    guard opened == .regular || limit.acceptsStreams && opened.isStream else { throw .notRegular(opened) }
    guard status.st_size <= limit.bytes else { throw .tooLarge(limit: limit.bytes) }
    return try read(descriptor, expecting: Int(status.st_size), limit.bytes)
  }

  private static func kind(of path: String) throws(FileFault) -> FileKind {
    var status = stat()
    guard fstatat(AT_FDCWD, path, &status, 0) == 0 else { throw .system(errno) }
    return FileKind(status)
  }

  private static func read(_ descriptor: Int32, expecting size: Int, _ limit: Int) throws(FileFault) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + 1)
    var chunk = [UInt8](repeating: 0, count: max(4096, min(size + 1, 1 << 20)))
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(errno)
      }
      bytes += chunk[..<count]
      // It may grow while it is read.
      if bytes.count > limit { throw .tooLarge(limit: limit) }
    }
  }

  /// `path` itself, or the regular files in it when it is a directory, by name; names that begin with a point are
  /// passed over.
  public static func files(at path: String) throws(FileFault) -> [String] {
    guard try kind(of: path) == .directory else { return [path] }
    return try DescriptorReserve.shared.overcomingExhaustion { () throws(FileFault) in try entries(of: path) }
  }

  private static func entries(of path: String) throws(FileFault) -> [String] {
    guard let directory = opendir(path) else { throw .system(errno) }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !name.hasPrefix(".") else { continue }
      let file = path + "/" + name
      if (try? kind(of: file)) == .regular { found.append(file) }
    }
    return found.sorted()
  }
}

/// How much of a file is read, and what may stand in its place.
public struct FileLimit: Hashable, Sendable {
  public let bytes: Int
  /// Whether a pipe will do as well.
  fileprivate var acceptsStreams = false

  public init(bytes: Int) { self.bytes = bytes }

  /// A list of ten million entries has some 400 MB.
  public static let revocationLists = FileLimit(bytes: 1 << 30)
  /// CA files, chains and keys.
  public static let certificates = FileLimit(bytes: 1 << 24)
  /// Responses to staple.
  public static let responses = FileLimit(bytes: 1 << 20)
  /// Ticket keys and passphrases.
  public static let secrets = FileLimit(bytes: 1 << 16)
  public static let configuration = FileLimit(bytes: 1 << 26).acceptingStreams

  /// For what an operator hands over at once, perhaps through a pipe: a command may wait for it.
  public var acceptingStreams: FileLimit {
    var limit = self
    limit.acceptsStreams = true
    return limit
  }
}

/// What stands at a path.
public enum FileKind: Hashable, Sendable {
  case regular
  case directory
  case fifo
  case socket
  case device

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    case S_IFIFO: self = .fifo
    case S_IFSOCK: self = .socket
    default: self = .device
    }
  }

  fileprivate var isStream: Bool { self == .fifo || self == .device }
}

/// Why a file is not read.
public enum FileFault: Error, Hashable, Sendable {
  /// `errno`.
  case system(Int32)
  case notRegular(FileKind)
  case tooLarge(limit: Int)

  /// The system's number, or the one that says nearest the same.
  public var code: Int32 {
    switch self {
    case .system(let code): code
    case .notRegular(.directory): EISDIR
    case .notRegular: EINVAL
    case .tooLarge: EFBIG
    }
  }

  /// In the system's words where it has some.
  public var message: String {
    switch self {
    case .system, .notRegular(.directory): String(cString: strerror(code))
    case .notRegular(.fifo): "a FIFO where a regular file is expected"
    case .notRegular(.socket): "a socket where a regular file is expected"
    case .notRegular: "a device where a regular file is expected"
    case .tooLarge(let limit): "larger than \(limit) bytes"
    }
  }
}

extension FileFault: CustomStringConvertible {
  /// As `2: No such file or directory`.
  public var description: String { "\(code): \(message)" }
}
