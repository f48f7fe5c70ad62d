import Glibc

/// The system calls that make a file durable. ``AtomicFile`` makes them in an order on which everything rests; tests put
/// a recorder or a fault in their place.
///
/// Each does what the call of its name does: a negative result leaves its reason in `errno`.
struct FileOperations: Sendable {
  /// A new file, for writing; fails where there is one.
  var create: @Sendable (_ path: String) -> Int32 = { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
  var openFolder: @Sendable (_ path: String) -> Int32 = { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  var write: @Sendable (_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int = {
    Glibc.write($0, $1.baseAddress, $1.count)
  }
  var setMode: @Sendable (_ file: Int32, _ mode: UInt32) -> Int32 = { fchmod($0, $1) }
  var sync: @Sendable (_ file: Int32) -> Int32 = { fsync($0) }
  var close: @Sendable (_ file: Int32) -> Int32 = { Glibc.close($0) }
  var rename: @Sendable (_ old: String, _ new: String) -> Int32 = { Glibc.rename($0, $1) }
  var remove: @Sendable (_ path: String) -> Int32 = { unlink($0) }

  @TaskLocal static var current = FileOperations()
}
