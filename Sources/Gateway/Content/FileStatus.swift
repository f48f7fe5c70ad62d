import Glibc

/// What the file system says of a path.
struct FileStatus {
  enum Kind { case file, directory, other }

  var kind: Kind
  var size: Int
  /// Seconds since 1970.
  var modified: Int64
  var isExecutable: Bool
  /// Which file, and which state of it.
  let identity: FileIdentity

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .directory
    default: kind = .other
    }
    size = Int(status.st_size)
    modified = Int64(status.st_mtim.tv_sec)
    isExecutable = status.st_mode & S_IXUSR != 0
    identity = FileIdentity(status)
  }

  /// Follows symbolic links.
  static func of(_ path: [UInt8]) -> Result<FileStatus, SystemError> {
    guard !path.contains(0) else { return .failure(SystemError(number: ENOENT)) }
    var status = stat()
    let result = withCString(path) { stat($0, &status) }
    return result == 0 ? .success(FileStatus(status)) : .failure(SystemError(number: errno))
  }

  static func withCString<R>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> R) -> R {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: path.count + 1) { buffer in
      guard let base = buffer.baseAddress else { return body("") }
      path.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      base[path.count] = 0
      return body(base)
    }
  }
}

/// Tells a file from the one that was there before, and from itself after a change.
struct FileIdentity: Equatable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let modified: Int64
  private let modifiedNanoseconds: Int64

  fileprivate init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec)
    modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
  }
}

/// An `errno`, worded as nginx words it: `2: No such file or directory`.
struct SystemError: Error, CustomStringConvertible {
  var number: Int32

  var isNotFound: Bool { number == ENOENT || number == ENOTDIR || number == ENAMETOOLONG }
  var isForbidden: Bool { number == EACCES || number == ELOOP || number == EMLINK }

  var description: String { "\(number): \(String(cString: strerror(number)))" }
}

/// A file open for reading; closed when nobody holds it any more.
final class OpenFile {
  let descriptor: Int32
  let status: FileStatus

  private init(descriptor: Int32, status: FileStatus) {
    self.descriptor = descriptor
    self.status = status
  }

  deinit { close(descriptor) }

  static func open(_ path: [UInt8]) -> Result<OpenFile, SystemError> {
    guard !path.contains(0) else { return .failure(SystemError(number: ENOENT)) }
    let descriptor = FileStatus.withCString(path) { Glibc.open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { return .failure(SystemError(number: errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = SystemError(number: errno)
      close(descriptor)
      return .failure(error)
    }
    return .success(OpenFile(descriptor: descriptor, status: FileStatus(status)))
  }

  /// Reads at `offset`; 0 at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Result<Int, SystemError> {
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      if count >= 0 { return .success(count) }
      if errno != EINTR { return .failure(SystemError(number: errno)) }
    }
  }
}
