/// Makes a request head of decoded fields, by the rules of RFC 9113 §8.2 and §8.3.
struct HTTP2HeadBuilder {
  enum Verdict: Hashable {
    case good
    /// RFC 9113 §8.1.1.
    case malformed
    /// Larger than the configuration takes.
    case tooLarge
  }

  private let limits: HTTP2Limits
  private let isTrailers: Bool
  private var verdict = Verdict.good
  private var fields = HTTPFields(reservingBytes: 256, fields: 12)
  private var method: [UInt8]?
  private var scheme: [UInt8]?
  private var path: [UInt8]?
  private var authority: [UInt8]?
  private var cookie: [UInt8] = []
  private var sawRegular = false
  private var sawHost = false
  private var size = 0
  private(set) var contentLength: Int?

  init(limits: HTTP2Limits, isTrailers: Bool) {
    self.limits = limits
    self.isTrailers = isTrailers
  }

  /// So much has been decoded that going on serves nobody.
  var isHopeless: Bool { size > limits.maximumHead.multipliedSaturated(by: 4).addingSaturated(65536) }

  /// - Parameter text: name and value, end to end.
  mutating func add(_ text: UnsafeRawBufferPointer, nameLength: Int) {
    size += text.count
    guard text.count <= limits.head.largeBufferSize, size <= limits.maximumHead,
      fields.count < limits.head.maximumFields
    else {
      if verdict == .good { verdict = .tooLarge }
      return
    }
    let name = UnsafeRawBufferPointer(rebasing: text[..<nameLength])
    let value = UnsafeRawBufferPointer(rebasing: text[nameLength...])
    let isGood = name.first == 0x3A ? addPseudo(name, value) : addRegular(name, value)
    if !isGood { verdict = .malformed }
  }

  /// The head, its missing parts made up where the verdict is not good.
  mutating func finish() -> (HTTPRequestHead, Verdict) {
    if verdict == .good, !isComplete { verdict = .malformed }
    if !cookie.isEmpty { fields.append(name: "cookie", value: cookie) }
    if let authority, !sawHost { fields.append(name: "host", value: authority) }
    let methodName = method?.withUnsafeBytes { HTTPMethod(name: $0) } ?? .other([])
    var target = path ?? [0x2F]
    if methodName == .connect, let authority { target = authority }
    var head = HTTPRequestHead(method: methodName, target: target, version: .http2, fields: fields)
    head.authority = authority
    head.scheme = scheme
    return (head, verdict)
  }

  /// `nil` where the trailers are malformed.
  func finishTrailers() -> HTTPFields? { verdict == .good ? fields : nil }

  private mutating func addPseudo(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
    guard !isTrailers, !sawRegular else { return false }
    // RFC 9113 §8.2: a name with capitals is malformed, pseudo-headers included.
    if name.elementsEqual(":method".utf8) { return Self.set(&method, value, where: Self.isMethodByte) }
    if name.elementsEqual(":path".utf8) { return Self.set(&path, value) { $0 > 0x20 && $0 != 0x7F } }
    if name.elementsEqual(":scheme".utf8) { return Self.set(&scheme, value, where: Self.isSchemeByte) }
    if name.elementsEqual(":authority".utf8) { return Self.set(&authority, value, where: Self.isAuthorityByte) }
    return false
  }

  private static func set(
    _ part: inout [UInt8]?, _ value: UnsafeRawBufferPointer, where isAllowed: (UInt8) -> Bool
  ) -> Bool {
    guard part == nil, !value.isEmpty, value.allSatisfy(isAllowed) else { return false }
    part = Array(value)
    return true
  }

  private static func isMethodByte(_ byte: UInt8) -> Bool { RequestLine.isMethodByte(byte) }
  private static func isSchemeByte(_ byte: UInt8) -> Bool {
    byte >= 0x61 && byte <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x2B || byte == 0x2D || byte == 0x2E
  }
  private static func isAuthorityByte(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != 0x7F && byte != 0x40 && byte != 0x2F && byte != 0x3F && byte != 0x23
  }

  private mutating func addRegular(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
    sawRegular = true
    var worst: UInt8 = 0
    for byte in name {
      let byteClass = FieldNameByte.classes[Int(byte)]
      if byteClass == 0 || byte >= 0x80 || byte >= 0x41 && byte <= 0x5A { return false }
      worst = max(worst, byteClass)
    }
    guard !name.isEmpty, value.isSafeFieldText, Self.isTrimmed(value) else { return false }
    switch FieldRules(limits.head).verdict(onWorst: worst) {
    case .refused: return false
    case .ignored: return true
    case .kept: break
    }
    if let isGood = noteSpecial(name, value) { return isGood }
    fields.append(name: name, value: value)
    return true
  }

  private static func isTrimmed(_ value: UnsafeRawBufferPointer) -> Bool {
    guard let first = value.first, let last = value.last else { return true }
    return first != 0x20 && first != 0x09 && last != 0x20 && last != 0x09
  }

  /// Fields with rules of their own; `nil`: go on and keep it.
  private mutating func noteSpecial(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool? {
    switch name.count {
    case 2 where name.equalsIgnoringCase("te"):
      return value.equalsIgnoringCase("trailers") ? nil : false
    case 4 where name.equalsIgnoringCase("host"):
      guard !sawHost, !value.isEmpty else { return false }
      sawHost = true
      if let authority, !authority.withUnsafeBytes({ $0.equalsIgnoringCase(value) }) { return false }
    case 6 where name.equalsIgnoringCase("cookie"):
      if !cookie.isEmpty { cookie.append(contentsOf: [0x3B, 0x20]) }
      cookie.append(contentsOf: value)
      return true
    case 7 where name.equalsIgnoringCase("upgrade"): return false
    case 10 where name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive"): return false
    case 14 where name.equalsIgnoringCase("content-length"):
      guard contentLength == nil, !isTrailers, let length = value.decimal else { return false }
      contentLength = length
    case 16 where name.equalsIgnoringCase("proxy-connection"): return false
    case 17 where name.equalsIgnoringCase("transfer-encoding"): return false
    default: break
    }
    return nil
  }

  /// RFC 9113 §8.3.1 and, for CONNECT, §8.5.
  private var isComplete: Bool {
    guard let method else { return false }
    if method.elementsEqual("CONNECT".utf8) { return authority != nil && scheme == nil && path == nil }
    guard scheme != nil, let path, authority != nil || sawHost else { return false }
    return path[0] == 0x2F || path == [0x2A] && method.elementsEqual("OPTIONS".utf8)
  }
}
