import NIOCore

/// The file that a response's body comes from: open while it is read, closed where it only waits.
///
/// What waits for room is opened again when there is some, and must be the same file in the same state then: its length
/// has been announced, and so has its ETag.
final class BodyFile {
  enum Fault: Error {
    case open(SystemError)
    case read(SystemError)
    case truncated
    /// Another file is at its path, or it was written to.
    case changed
  }

  /// How many files of one connection stay open while they wait.
  private static let mostWaiting = 8

  let status: FileStatus
  private let path: [UInt8]
  private let connection: ClientConnection
  private var file: OpenFile?

  init(_ file: OpenFile, path: [UInt8], of connection: ClientConnection) {
    self.file = file
    self.path = path
    self.connection = connection
    status = file.status
    connection.openFiles += 1
  }

  deinit { if file != nil { connection.openFiles -= 1 } }

  /// Reads at `offset`, `length` bytes at most, at least one.
  func read(at offset: Int, upTo length: Int) throws(Fault) -> ByteBuffer {
    let file = try opened()
    var buffer = ByteBufferAllocator().buffer(capacity: length)
    var result = Result<Int, SystemError>.success(0)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { space in
      result = file.read(into: UnsafeMutableRawBufferPointer(rebasing: space[..<length]), at: offset)
      return (try? result.get()) ?? 0
    }
    switch result {
    case .failure(let error): throw .read(error)
    case .success(0): throw .truncated
    case .success: return buffer
    }
  }

  /// Nothing is read for now: closes the file where others of the connection wait as well.
  func pause() {
    if connection.openFiles > Self.mostWaiting { close() }
  }

  func close() {
    guard file != nil else { return }
    file = nil
    connection.openFiles -= 1
  }

  private func opened() throws(Fault) -> OpenFile {
    if let file { return file }
    switch OpenFile.open(path) {
    case .failure(let error): throw .open(error)
    case .success(let file):
      guard file.status.identity == status.identity else { throw .changed }
      self.file = file
      connection.openFiles += 1
      return file
    }
  }

  /// For the error log.
  func text(of fault: Fault) -> String {
    switch fault {
    case .open(let error): "open() \"\(path.asText)\" failed (\(error))"
    case .read(let error): "pread() \"\(path.asText)\" failed (\(error))"
    case .truncated: "\"\(path.asText)\" was truncated while it was sent"
    case .changed: "\"\(path.asText)\" was changed while it was sent"
    }
  }
}
