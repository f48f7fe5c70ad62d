import NIOCore

/// Reads the header from the first bytes of a connection: pure, and strict where nginx is lenient.
public enum ProxyProtocolParser {
  /// As nginx: no header is longer.
  public static let maximumLength = 4096
  /// The longest line of version 1, with its CRLF.
  private static let maximumLine = 107
  private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
  private static let keyword = Array("PROXY ".utf8)

  /// A header that was there.
  public struct Parsed: Hashable, Sendable {
    /// `nil` where the proxy speaks for itself, or does not say for whom (LOCAL, UNKNOWN, UNSPEC).
    public var header: ProxyProtocolHeader?
    /// How many bytes it took.
    public var length: Int
  }

  /// - Returns: `nil` where more bytes are needed.
  public static func parse(_ bytes: [UInt8]) throws(ProxyProtocolError) -> Parsed? {
    if begins(bytes, with: signature) { return try parseVersion2(bytes) }
    if begins(bytes, with: keyword) { return try parseVersion1(bytes) }
    throw malformed(bytes)
  }

  private static func begins(_ bytes: [UInt8], with start: [UInt8]) -> Bool {
    zip(bytes, start).allSatisfy { $0 == $1 }
  }

  private static func malformed(_ bytes: [UInt8]) -> ProxyProtocolError {
    .malformed(Array(bytes.prefix(maximumLine).prefix { $0 != 13 && $0 != 10 }))
  }

  // MARK: - Version 1

  private static func parseVersion1(_ bytes: [UInt8]) throws(ProxyProtocolError) -> Parsed? {
    guard let end = bytes.prefix(maximumLine).firstIndex(where: { $0 == 13 || $0 == 10 }) else {
      if bytes.count < maximumLine { return nil }
      throw malformed(bytes)
    }
    guard bytes[end] == 13, end + 1 < maximumLine else { throw malformed(bytes) }
    guard end + 1 < bytes.count else { return nil }
    guard bytes[end + 1] == 10, end > keyword.count else { throw malformed(bytes) }
    let words = bytes[keyword.count..<end].split(separator: 32, omittingEmptySubsequences: false)
    if words[0].starts(with: "UNKNOWN".utf8) { return Parsed(header: nil, length: end + 2) }
    guard words.count == 5, let header = header(words) else { throw malformed(bytes) }
    return Parsed(header: header, length: end + 2)
  }

  private static func header(_ words: [ArraySlice<UInt8>]) -> ProxyProtocolHeader? {
    let isIPv6 = words[0].elementsEqual("TCP6".utf8)
    guard isIPv6 || words[0].elementsEqual("TCP4".utf8),
      let source = address(words[1], isIPv6), let destination = address(words[2], isIPv6),
      let sourcePort = port(words[3]), let destinationPort = port(words[4])
    else { return nil }
    return ProxyProtocolHeader(
      sourceAddress: source, sourcePort: sourcePort, destinationAddress: destination,
      destinationPort: destinationPort)
  }

  /// As written, where it is a numeric address of the family.
  private static func address(_ word: ArraySlice<UInt8>, _ isIPv6: Bool) -> String? {
    let text = String(decoding: word, as: UTF8.self)
    guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
    switch address {
    case .v4: return isIPv6 ? nil : text
    case .v6: return isIPv6 && !text.contains("%") ? text : nil
    case .unixDomainSocket: return nil
    }
  }

  private static func port(_ word: ArraySlice<UInt8>) -> Int? {
    guard (1...5).contains(word.count), word.allSatisfy({ (48...57).contains($0) }) else { return nil }
    let port = word.reduce(0) { $0 * 10 + Int($1 - 48) }
    return port <= 65535 ? port : nil
  }

  // MARK: - Version 2

  private static func parseVersion2(_ bytes: [UInt8]) throws(ProxyProtocolError) -> Parsed? {
    guard bytes.count >= 16 else { return nil }
    guard bytes[12] >> 4 == 2 else { throw .unknownVersion(Int(bytes[12] >> 4)) }
    let length = 16 + number(bytes[14...15])
    guard length <= maximumLength else { throw .tooLarge }
    guard bytes.count >= length else { return nil }
    let command = bytes[12] & 15
    guard command <= 1 else { throw malformed(bytes) }
    // LOCAL, or no stream.
    guard command == 1, bytes[13] & 15 == 1 else { return Parsed(header: nil, length: length) }
    return Parsed(header: try header(family: bytes[13] >> 4, bytes[16..<length]), length: length)
  }

  /// `nil` for families other than the Internet's.
  private static func header(
    family: UInt8, _ body: ArraySlice<UInt8>
  ) throws(ProxyProtocolError) -> ProxyProtocolHeader? {
    guard family == 1 || family == 2 else { return nil }
    let size = family == 1 ? 4 : 16
    guard body.count >= 2 * size + 4 else { throw .malformed([]) }
    let start = body.startIndex
    let ports = start + 2 * size
    guard let source = text(body[start..<(start + size)]), let destination = text(body[(start + size)..<ports]) else {
      throw .malformed([])
    }
    return ProxyProtocolHeader(
      sourceAddress: source, sourcePort: number(body[ports..<(ports + 2)]), destinationAddress: destination,
      destinationPort: number(body[(ports + 2)..<(ports + 4)]),
      extensions: ProxyProtocolExtensions(Array(body[(ports + 4)...])))
  }

  private static func text(_ address: ArraySlice<UInt8>) -> String? {
    (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: address), port: 0))?.ipAddress
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
