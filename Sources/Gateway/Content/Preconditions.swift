import HTTPWire

extension Request {
  /// If-Unmodified-Since, If-Match, If-Modified-Since and If-None-Match (RFC 9110 §13.1), as nginx orders them.
  ///
  /// - Returns: `false` where 412 took the response's place.
  func passesPreconditions() -> Bool {
    guard response.status == 200, !response.disablesNotModified else { return true }
    if head.fields.contains("if-unmodified-since") || head.fields.contains("if-match") {
      guard isUnmodified(), matchesETag("if-match", isWeak: false) ?? true else {
        replaceResponse(by: 412)
        return false
      }
    }
    guard head.fields.contains("if-modified-since") || head.fields.contains("if-none-match") else { return true }
    if isModified() || matchesETag("if-none-match", isWeak: true) == false { return true }
    response.status = 304
    response.contentType = nil
    response.contentLength = nil
    response.allowsRanges = false
    response.fields.remove("content-length")
    response.fields.remove("accept-ranges")
    response.fields.remove("content-encoding")
    return true
  }

  private func isUnmodified() -> Bool {
    guard let text = head.fields.first("if-unmodified-since") else { return true }
    guard let modified = response.lastModified, let since = HTTPDate.seconds(text) else { return false }
    return since >= modified
  }

  private func isModified() -> Bool {
    guard let text = head.fields.first("if-modified-since") else { return false }
    guard let modified = response.lastModified else { return true }
    let since = HTTPDate.seconds(text)
    switch effective.settings.core.ifModifiedSince {
    case .off: return true
    case .exact: return since != modified
    case .before: return since.map { $0 < modified } ?? true
    }
  }

  /// `nil` where the field is absent.
  private func matchesETag(_ name: StaticString, isWeak: Bool) -> Bool? {
    head.fields.withFirst(name) { ETagList.contains(response.etag, in: $0, isWeak: isWeak) }
  }
}

/// The list of entity tags in If-Match and If-None-Match (RFC 9110 §8.8.3).
enum ETagList {
  /// - Parameter isWeak: `W/` makes no difference.
  static func contains(_ etag: [UInt8]?, in list: UnsafeRawBufferPointer, isWeak: Bool) -> Bool {
    if list.elementsEqual([UInt8(ascii: "*")]) { return true }
    guard let etag else { return false }
    let wanted = isWeak ? strong(etag[...]) : etag[...]
    for part in list.split(separator: UInt8(ascii: ",")) {
      var candidate = Array(part)[...]
      candidate = candidate.drop(while: isBlank)
      while let last = candidate.last, isBlank(last) { candidate.removeLast() }
      if isWeak { candidate = strong(candidate) }
      if candidate.elementsEqual(wanted) { return true }
    }
    return false
  }

  private static func strong(_ etag: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    etag.starts(with: "W/".utf8) ? etag.dropFirst(2) : etag
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
