import NIOCore
import NIOEmbedded
import Testing

@testable import Transport

@Suite("The PROXY protocol")
struct ProxyProtocolTests {
  private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]

  private static func version2(
    command: UInt8 = 0x21, family: UInt8 = 0x11, length: Int? = nil, _ body: [UInt8]
  ) -> [UInt8] {
    let length = length ?? body.count
    return signature + [command, family, UInt8(length >> 8), UInt8(length & 255)] + body
  }

  private static let addresses: [UInt8] = [192, 0, 2, 1, 192, 0, 2, 2, 0x04, 0xD2, 0x16, 0x2E]

  @Test(
    "version 1: the addresses as written, and how long the line was",
    arguments: [
      ("PROXY TCP4 192.0.2.1 192.0.2.2 1234 5678\r\n", "192.0.2.1", 1234, "192.0.2.2", 5678),
      ("PROXY TCP6 2001:DB8::1 2001:db8::2 1 65535\r\n", "2001:DB8::1", 1, "2001:db8::2", 65535),
    ])
  func version1(_ line: String, _ source: String, _ port: Int, _ destination: String, _ destinationPort: Int) throws {
    let parsed = try #require(try ProxyProtocolParser.parse(Array((line + "GET /").utf8)))
    #expect(parsed.length == line.utf8.count)
    #expect(
      parsed.header
        == ProxyProtocolHeader(
          sourceAddress: source, sourcePort: port, destinationAddress: destination, destinationPort: destinationPort))
  }

  @Test("a proxy that does not say for whom it speaks gives no addresses")
  func unknown() throws {
    #expect(try ProxyProtocolParser.parse(Array("PROXY UNKNOWN\r\n".utf8))?.header == nil)
    #expect(try ProxyProtocolParser.parse(Array("PROXY UNKNOWN ff::1 x\r\n".utf8))?.length == 23)
    for (command, family) in [(0x20, 0x11), (0x21, 0x00), (0x21, 0x12), (0x21, 0x31)] as [(UInt8, UInt8)] {
      let parsed = try ProxyProtocolParser.parse(
        Self.version2(command: command, family: family, Self.addresses))
      #expect(parsed == .init(header: nil, length: 28))
    }
  }

  @Test(
    "what is no header is refused as soon as that is known",
    arguments: [
      "GET / HTTP/1.1\r\n", "PROXY\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
      "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rX",
      "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
      "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
      "PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n", "PROXY TCP4 ::1 ::2 1 2\r\n", "PROXY TCP6 192.0.2.1 ::2 1 2\r\n",
      "PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n", "PROXY TCP4 a b 1 2\r\n", "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n",
      "proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "\u{16}\u{3}\u{1}",
    ])
  func malformed(_ text: String) {
    #expect(throws: ProxyProtocolError.self) { try ProxyProtocolParser.parse(Array(text.utf8)) }
  }

  @Test("a line that does not end within 107 bytes is refused")
  func endless() throws {
    let line = Array(("PROXY UNKNOWN " + String(repeating: "x", count: 92)).utf8)
    #expect(line.count == 106)
    #expect(try ProxyProtocolParser.parse(line) == nil)
    #expect(throws: ProxyProtocolError.self) { try ProxyProtocolParser.parse(line + [120]) }
    #expect(try ProxyProtocolParser.parse(line.dropLast() + [13, 10])?.length == 107)
  }

  @Test("any beginning of a header asks for more")
  func partial() throws {
    let headers = [
      Array("PROXY TCP4 192.0.2.1 192.0.2.2 1234 5678\r\n".utf8), Self.version2(Self.addresses + [4, 0, 1, 9]),
    ]
    for header in headers {
      for count in header.indices { #expect(try ProxyProtocolParser.parse(Array(header[..<count])) == nil) }
      #expect(try ProxyProtocolParser.parse(header)?.length == header.count)
    }
  }

  @Test("version 2: addresses of both families")
  func version2() throws {
    let four = try ProxyProtocolParser.parse(Self.version2(Self.addresses))?.header
    #expect(four?.sourceAddress == "192.0.2.1")
    #expect(four?.sourcePort == 1234)
    #expect(four?.destinationAddress == "192.0.2.2")
    #expect(four?.destinationPort == 5678)
    let six: [UInt8] = [0x20, 1, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [1]
    let parsed = try ProxyProtocolParser.parse(Self.version2(family: 0x21, six + six + [0, 80, 1, 187]))
    #expect(parsed?.header?.sourceAddress == "2001:db8::1")
    #expect(parsed?.header?.destinationPort == 443)
  }

  @Test("version 2: what can't be right is refused")
  func version2Malformed() {
    let cases: [[UInt8]] = [
      Self.version2(command: 0x11, Self.addresses), Self.version2(command: 0x22, Self.addresses),
      Self.version2(Array(Self.addresses.dropLast())), Self.version2(family: 0x21, Self.addresses),
      Self.version2(length: 4081, Self.addresses),
    ]
    for bytes in cases { #expect(throws: ProxyProtocolError.self) { try ProxyProtocolParser.parse(bytes) } }
  }

  @Test("fields are found by type, those of TLS within theirs")
  func extensions() throws {
    let inner: [UInt8] = [0x21, 0, 7] + Array("TLSv1.3".utf8) + [0x22, 0, 2, 99, 110]
    let ssl: [UInt8] = [0x20, 0, UInt8(5 + inner.count), 5, 0, 0, 1, 2] + inner
    let fields = ProxyProtocolExtensions([1, 0, 2, 104, 50] + ssl + [2, 0, 0])
    #expect(try fields.value(ProxyProtocolExtensions.alpn) == Array("h2".utf8))
    #expect(try fields.value(ProxyProtocolExtensions.authority) == [])
    #expect(try fields.value(ProxyProtocolExtensions.netns) == nil)
    let tls = try #require(try fields.tls())
    #expect(tls.client == 5)
    #expect(tls.verify == 258)
    #expect(try tls.extensions.value(ProxyProtocolTLS.commonName) == Array("cn".utf8))
    #expect(throws: ProxyProtocolExtensions.Broken.self) { try ProxyProtocolExtensions([1, 0, 3, 1]).value(2) }
    #expect(throws: ProxyProtocolExtensions.Broken.self) {
      try ProxyProtocolExtensions([0x20, 0, 4, 1, 0, 0, 0]).tls()
    }
  }

  // MARK: - The handler

  /// What came to whoever stands behind the handler.
  private final class Sink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var text = ""
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }
  }

  @Test("the header may come in pieces; what follows it goes to whoever takes over")
  func pieces() throws {
    let channel = EmbeddedChannel()
    let sink = Sink()
    var source: String?
    let handler = ProxyProtocolHandler(timeout: .seconds(9)) { outcome in
      if case .header(let header) = outcome { source = header?.sourceAddress }
      try channel.pipeline.syncOperations.addHandler(sink)
    }
    try channel.pipeline.syncOperations.addHandler(handler)
    for piece in ["PRO", "XY TCP4 192.0.2.1 192.0.2.2 1 2\r", "\nGET", " /"] {
      channel.pipeline.fireChannelRead(ByteBuffer(string: piece))
    }
    #expect(source == "192.0.2.1")
    #expect(sink.text == "GET /")
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  @Test("silence, an end and nonsense close the connection and say why")
  func ends() throws {
    for (act, expected) in [("wait", "timedOut"), ("end", "closed"), ("junk", "failed")] {
      let channel = EmbeddedChannel()
      var seen: [String] = []
      let handler = ProxyProtocolHandler(timeout: .seconds(9)) { outcome in
        switch outcome {
        case .header: seen.append("header")
        case .failed: seen.append("failed")
        case .timedOut: seen.append("timedOut")
        case .closed: seen.append("closed")
        }
      }
      try channel.pipeline.syncOperations.addHandler(handler)
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
      switch act {
      case "wait": channel.embeddedEventLoop.advanceTime(by: .seconds(10))
      case "end": channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
      default: channel.pipeline.fireChannelRead(ByteBuffer(string: "GET / HTTP/1.1\r\n"))
      }
      channel.embeddedEventLoop.run()
      #expect(seen == [expected])
      #expect(!channel.isActive)
      _ = try? channel.finish(acceptAlreadyClosed: true)
    }
  }
}
