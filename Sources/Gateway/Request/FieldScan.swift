import HTTPWire

/// One pass over a request's fields: the Host, and the first field that stands twice though it may stand once only.
struct FieldScan {
  private(set) var host: [UInt8]?
  private(set) var repeated: String?
  private var seen: UInt16 = 0

  private static let single: [StaticString] = [
    "host", "expect", "if-match", "if-range", "authorization", "content-range", "if-none-match", "if-modified-since",
    "if-unmodified-since", "proxy-authorization",
  ]

  mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    switch name.count {
    case 4, 6, 8, 13, 17, 19: break
    default: return
    }
    for (index, single) in Self.single.enumerated() where name.equalsIgnoringCase(single) {
      let bit = UInt16(1) << UInt16(index)
      if seen & bit != 0 { repeated = "\(single)" }
      seen |= bit
      if index == 0, host == nil { host = Array(value) }
    }
  }
}
