import CNIOBoringSSL
import NIOCore

/// Application data, and the bytes below it.
extension TLSConnection {
  /// No single `plaintext` grows beyond this, so that one peer cannot keep its thread.
  private static let mostPlaintextAtOnce = 1 << 18
  private static let recordPlaintext = 16384

  func readPlaintext() -> TLSProgress {
    guard hasInput, !hasReportedEnd else {
      return transportEnded && !hasReportedEnd ? finish(.closed(clean: false)) : .needsInput
    }
    var plaintext = ByteBufferAllocator().buffer(capacity: room)
    while plaintext.readableBytes < Self.mostPlaintextAtOnce, hasInput {
      let count = plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { output in
        max(0, Int(SSL_read(ssl, output.baseAddress, CInt(clamping: output.count))))
      }
      if count == 0 {
        readStopped()
        break
      }
    }
    if input?.readableBytes == 0 { input = nil }
    if plaintext.readableBytes > 0 { return .plaintext(plaintext) }
    return pendingEnd == nil ? .needsInput : progress()
  }

  /// A record's plaintext is shorter than its ciphertext: mostly one allocation, of about the right size.
  private var room: Int { max(Int(SSL_pending(ssl)), input?.readableBytes ?? 0, 64) }
  private var hasInput: Bool { (input?.readableBytes ?? 0) > 0 || SSL_pending(ssl) > 0 }

  /// Finds out why the library returned nothing; an end is reported after the plaintext before it.
  private func readStopped() {
    // The library keeps the cause; any non-positive result asks for it.
    switch SSL_get_error(ssl, SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 ? 0 : -1) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: break
    case SSL_ERROR_ZERO_RETURN: pendingEnd = finish(.closed(clean: true))
    default: pendingEnd = fail(takeFailure())
    }
  }

  /// The peer is done; we may still write.
  private func finish(_ end: TLSProgress) -> TLSProgress {
    input = nil
    transportEnded = true
    hasReportedEnd = true
    return end
  }

  /// Takes plaintext to send; it is sealed with what follows it, by `takeOutput()` at the latest.
  ///
  /// Before the handshake is over it waits; after the end it is dropped.
  public func write(_ plaintext: ByteBuffer) {
    guard phase != .ended, !sentCloseNotify, plaintext.readableBytes > 0 else { return }
    guard let waiting = staged?.readableBytes else {
      staged = plaintext
      return
    }
    if phase == .open, waiting + plaintext.readableBytes > Self.recordPlaintext {
      sealStaged()
      staged = plaintext
    } else {
      staged?.writeImmutableBuffer(plaintext)
    }
  }

  /// Ciphertext to send; `nil` if there is none.
  public func takeOutput() -> ByteBuffer? {
    if phase == .open { sealStaged() }
    defer { output = nil }
    return output
  }

  /// Says that we send no more (RFC 8446 §6.1): after all that was written, once. Nothing can be written afterwards.
  public func closeNotify() {
    guard phase == .open, !sentCloseNotify else { return }
    sealStaged()
    sentCloseNotify = true
    ERR_clear_error()
    _ = SSL_shutdown(ssl)
    ERR_clear_error()
  }

  private func sealStaged() {
    guard let plaintext = staged, plaintext.readableBytes > 0 else { return }
    staged = nil
    reserveOutput(for: plaintext.readableBytes)
    plaintext.withUnsafeReadableBytes { bytes in
      var rest = bytes
      while rest.count > 0 {
        let count = SSL_write(ssl, rest.baseAddress, CInt(clamping: rest.count))
        // Writing fails only on a connection that is over; its end is reported by reading.
        guard count > 0 else { return ERR_clear_error() }
        rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
      }
    }
  }

  private func reserveOutput(for plaintext: Int) {
    // Header, tag, nonce and padding of the costliest suites stay below this for each record.
    let records = plaintext / (serverContext?.configuration.maximumRecordSize ?? Self.recordPlaintext) + 1
    let needed = plaintext + records * 64
    if output == nil {
      output = ByteBufferAllocator().buffer(capacity: needed)
    } else {
      output?.reserveCapacity(minimumWritableBytes: needed)
    }
  }

  /// Fills `target` from the input; returns the count, 0 if there is none.
  func libraryReads(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard let available = input?.readableBytes, available > 0 else { return 0 }
    let count = min(available, target.count)
    _ = input?.readWithUnsafeReadableBytes { bytes in
      let taken = UnsafeRawBufferPointer(rebasing: bytes[..<count])
      target.copyMemory(from: taken)
      handshake?.libraryRead(taken)
      return count
    }
    return count
  }

  func libraryWrites(_ bytes: UnsafeRawBufferPointer) {
    if output == nil { output = ByteBufferAllocator().buffer(capacity: max(bytes.count, 512)) }
    output?.writeBytes(bytes)
  }
}
