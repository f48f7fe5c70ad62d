import NIOCore

/// Bytes that wait for a consumer, in storage that holds little else.
///
/// A slice keeps alive everything that was received with it: one octet may hold 64 KB. What waits is therefore gathered
/// in pieces of its own; only what fills a good part of its storage is kept as it came.
package struct KeptBytes: Sendable {
  /// Up to this size pieces are gathered into one, in bytes.
  package static let pieceSize = 16 << 10

  /// How much storage a piece may hold for each of its bytes.
  private static let mostPinned = 4

  private var pieces: [ByteBuffer] = []
  private var first = 0
  /// Whether the last piece's storage is our own, to be written to.
  private var ownsLast = false
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }
  /// What the storage of all pieces takes, in bytes.
  package var storageCapacity: Int { pieces[first...].reduce(0) { $0 + $1.storageCapacity } }

  package mutating func append(_ bytes: ByteBuffer) {
    let length = bytes.readableBytes
    guard length > 0 else { return }
    count += length
    let isLarge = length >= Self.pieceSize / 2
    if isLarge || first == pieces.count, bytes.storageCapacity <= Self.mostPinned * length {
      return add(bytes, isOwn: false)
    }
    if isLarge { return add(Self.copy(bytes), isOwn: false) }
    if ownsLast, pieces[pieces.count - 1].writerIndex + length <= Self.pieceSize {
      pieces[pieces.count - 1].writeImmutableBuffer(bytes)
    } else {
      add(Self.copy(bytes), isOwn: true)
    }
  }

  /// Appends as `append` does, but keeps a first piece as it is: mostly it is gone at once.
  mutating func appendForNow(_ bytes: ByteBuffer) {
    guard isEmpty, bytes.readableBytes > 0 else { return append(bytes) }
    count = bytes.readableBytes
    add(bytes, isOwn: false)
  }

  /// The oldest piece.
  package mutating func popFirst() -> ByteBuffer? {
    guard first < pieces.count else { return nil }
    let piece = pieces[first]
    count -= piece.readableBytes
    removeFirst()
    return piece
  }

  /// Moves `length` bytes, which are there, to `output`.
  mutating func move(_ length: Int, to output: inout ByteBuffer) {
    var left = length
    count -= length
    while left > 0 {
      let available = pieces[first].readableBytes
      let taken = min(left, available)
      pieces[first].withUnsafeReadableBytes { source in
        _ = output.writeBytes(UnsafeRawBufferPointer(rebasing: source[..<taken]))
      }
      left -= taken
      if taken == available { removeFirst() } else { pieces[first].moveReaderIndex(forwardBy: taken) }
    }
  }

  package mutating func removeAll() { self = KeptBytes() }

  private mutating func add(_ piece: ByteBuffer, isOwn: Bool) {
    pieces.append(piece)
    ownsLast = isOwn
  }

  private mutating func removeFirst() {
    pieces[first] = ByteBuffer()
    first += 1
    if first == pieces.count {
      pieces.removeAll(keepingCapacity: pieces.capacity <= 64)
      first = 0
      ownsLast = false
    } else if first >= 32 {
      pieces.removeFirst(first)
      first = 0
    }
  }

  private static func copy(_ bytes: ByteBuffer) -> ByteBuffer {
    var own = ByteBufferAllocator().buffer(capacity: bytes.readableBytes)
    own.writeImmutableBuffer(bytes)
    return own
  }
}

extension KeptBytes {
  /// What is kept from `offset` on, to the end of the piece that it lies in; `nil` at the end.
  package func part(from offset: Int) -> ByteBuffer? {
    var start = 0
    for piece in pieces[first...] {
      let length = piece.readableBytes
      if offset < start + length {
        return piece.getSlice(at: piece.readerIndex + offset - start, length: length - (offset - start))
      }
      start += length
    }
    return nil
  }

  /// All of it in one piece, which is a copy where there are several.
  package var joined: ByteBuffer {
    guard pieces.count - first > 1 else { return pieces.last ?? ByteBuffer() }
    var all = ByteBufferAllocator().buffer(capacity: count)
    for piece in pieces[first...] { all.writeImmutableBuffer(piece) }
    return all
  }
}
