#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
import HTTPWire
import NIOCore

/// A request's body held until an upstream takes it, perhaps more than once: in memory up to a limit, in a file beyond.
///
/// The file has no name and is gone with the buffer. Confined to the event loop, which its writes block as nginx's do.
final class RequestBodyBuffer {
  struct FileError: Error {
    var operation: String
    var path: String
    var code: Int32
  }

  private(set) var count = 0
  private let memoryLimit: Int
  private let directory: String
  /// The file stays when the buffer goes: `client_body_in_file_only on`.
  private let keepsFile: Bool
  /// `$request_body_file`: the file, once there is one.
  private(set) var path: String?
  private var pieces = KeptBytes()
  private var descriptor: Int32 = -1
  private var bytesInFile = 0

  init(memoryLimit: Int, directory: String, keepsFile: Bool = false) {
    self.memoryLimit = memoryLimit
    self.directory = directory
    self.keepsFile = keepsFile
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if let path, !keepsFile { unlink(path) }
  }

  /// The body in one piece, where it is in memory.
  var inMemory: ByteBuffer? {
    descriptor < 0 ? pieces.joined : nil
  }

  func append(_ bytes: ByteBuffer) throws(FileError) {
    count += bytes.readableBytes
    pieces.append(bytes)
    if count - bytesInFile > memoryLimit { try spill() }
  }

  /// Moves what is in memory to the file.
  func spill() throws(FileError) {
    if descriptor < 0 { try open() }
    while let piece = pieces.popFirst() { try write(piece) }
  }

  private func open() throws(FileError) {
    mkdir(directory, 0o700)
    // mkstemp replaces the last six with what makes the name the only one.
    var template = Array("\(directory)/\(String(repeating: "X", count: 8))".utf8CString)
    descriptor = mkstemp(&template)
    if descriptor < 0 { throw FileError(operation: "open", path: directory, code: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func write(_ piece: ByteBuffer) throws(FileError) {
    var offset = 0
    while offset < piece.readableBytes {
      let written = piece.withUnsafeReadableBytes { bytes in
        pwrite(descriptor, bytes.baseAddress! + offset, bytes.count - offset, off_t(bytesInFile))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw FileError(operation: "write", path: directory, code: errno) }
      offset += written
      bytesInFile += written
    }
  }

  /// Up to `length` bytes from `offset` on; `nil` at the end.
  func read(from offset: Int, upTo length: Int) throws(FileError) -> ByteBuffer? {
    if offset < bytesInFile { return try readFile(from: offset, upTo: min(length, bytesInFile - offset)) }
    return pieces.part(from: offset - bytesInFile)
  }

  private func readFile(from offset: Int, upTo length: Int) throws(FileError) -> ByteBuffer {
    var buffer = ByteBuffer()
    var status = 0
    repeat {
      status = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { space in
        max(0, pread(descriptor, space.baseAddress, length, off_t(offset)))
      }
    } while status == 0 && errno == EINTR
    guard status > 0 else { throw FileError(operation: "read", path: directory, code: errno) }
    return buffer
  }
}
