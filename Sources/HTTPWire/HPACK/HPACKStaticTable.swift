/// RFC 7541 Appendix A.
enum HPACKStaticTable {
  static let count = 61

  /// - Parameter index: from 1 to 61.
  static func entry(_ index: Int) -> (name: StaticString, value: StaticString) { entries[index - 1] }

  /// The lowest index of an entry with that name, and of one with that value too, if there is any.
  static func find(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) -> (name: Int, exact: Int)? {
    guard name.count < byLength.count else { return nil }
    for index in byLength[name.count] where entries[index - 1].name.fieldBytes.equals(name) {
      var candidate = index
      while candidate <= count, entries[candidate - 1].name.fieldBytes.equals(name) {
        if entries[candidate - 1].value.fieldBytes.equals(value) { return (index, candidate) }
        candidate += 1
      }
      return (index, 0)
    }
    return nil
  }

  /// For each length, the first indices of the names that long.
  private static let byLength: [[Int]] = {
    var result = [[Int]](repeating: [], count: 32)
    for index in entries.indices {
      let name = entries[index].name.fieldBytes
      if index > 0, entries[index - 1].name.fieldBytes.equals(name) { continue }
      result[name.count].append(index + 1)
    }
    return result
  }()

  private static let entries: [(name: StaticString, value: StaticString)] = [
    (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
    (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
    (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
    ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
    ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
    ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""), ("etag", ""),
    ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""), ("if-modified-since", ""),
    ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""),
    ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""),
    ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""), ("set-cookie", ""),
    ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""), ("via", ""),
    ("www-authenticate", ""),
  ]
}
