import HTTPWire

/// One pass over a request's fields: Host, Content-Length, and the first field that stands twice though it may stand once.
struct FieldScan {
  private(set) var hasHost = false
  /// The Host field where it is not `known`.
  private(set) var host: [UInt8]?
  private(set) var contentLength: Int?
  private(set) var repeated: String?
  private var seen: UInt16 = 0

  private static let single: [StaticString] = [
    "host", "expect", "if-match", "if-range", "authorization", "content-range", "if-none-match", "if-modified-since",
    "if-unmodified-since", "proxy-authorization", "content-length",
  ]

  /// - Parameter known: the Host of the connection's last request, which need not be read again.
  init(_ fields: HTTPFields, known: [UInt8]?) {
    fields.forEach { name, value in
      switch name.count {
      case 4, 6, 8, 13, 14, 17, 19: take(name, value, known: known)
      default: return
      }
    }
  }

  private mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, known: [UInt8]?) {
    var bit: UInt16 = 1
    for single in Self.single {
      if single.utf8CodeUnitCount == name.count, name.equalsIgnoringCase(single) {
        if seen & bit != 0 { repeated = "\(single)" }
        seen |= bit
        if name.count == 4 { takeHost(value, known: known) }
        if name.count == 14 { contentLength = decimalNumber(value) }
        return
      }
      bit <<= 1
    }
  }

  private mutating func takeHost(_ value: UnsafeRawBufferPointer, known: [UInt8]?) {
    hasHost = true
    if let known, known.withUnsafeBytes(value.equals) { return }
    if host == nil { host = Array(value) }
  }
}
