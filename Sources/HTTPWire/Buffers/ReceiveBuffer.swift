import NIOCore

/// The bytes that a connection has received and no reader has consumed.
///
/// A slice that was handed out keeps the whole storage that it was cut from. So what is appended never lands in storage
/// that somebody else holds: the rest moves to storage of its own, consumed bytes stay behind.
struct ReceiveBuffer {
  private(set) var bytes = ByteBuffer()

  var readableBytes: Int { bytes.readableBytes }
  /// What the storage takes, consumed bytes included.
  var storageCapacity: Int { bytes.storageCapacity }

  mutating func append(_ new: ByteBuffer) {
    let rest = bytes.readableBytes
    guard rest > 0 else {
      bytes = new
      return
    }
    let isAppended: Void? = bytes.modifyIfUniquelyOwned { own in
      // Moves no more than was consumed since the last time.
      if own.readerIndex >= rest { own.discardReadBytes() }
      own.writeImmutableBuffer(new)
    }
    if isAppended == nil { move(rest, before: new) }
  }

  /// Copies the rest alone, and not what others hold.
  private mutating func move(_ rest: Int, before new: ByteBuffer) {
    var own = ByteBufferAllocator().buffer(capacity: rest + new.readableBytes)
    own.writeImmutableBuffer(bytes)
    own.writeImmutableBuffer(new)
    bytes = own
  }

  /// Takes `length` bytes, which are there.
  mutating func take(_ length: Int) -> ByteBuffer {
    let part = bytes.readSlice(length: length) ?? ByteBuffer()
    releaseIfEmpty()
    return part
  }

  mutating func skip(_ length: Int) {
    bytes.moveReaderIndex(forwardBy: length)
    releaseIfEmpty()
  }

  /// Takes everything.
  mutating func takeAll() -> ByteBuffer {
    let all = bytes
    bytes = ByteBuffer()
    return all
  }

  mutating func removeAll() { bytes = ByteBuffer() }

  /// The storage belongs to the transport's pool: nobody holds on to it without need.
  private mutating func releaseIfEmpty() {
    if bytes.readableBytes == 0 { bytes = ByteBuffer() }
  }

  func withUnsafeReadableBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R { bytes.withUnsafeReadableBytes(body) }

  /// The byte at `offset` from the first unread one; `nil` where it has not come.
  func byte(at offset: Int) -> UInt8? { bytes.getInteger(at: bytes.readerIndex + offset, as: UInt8.self) }
}
