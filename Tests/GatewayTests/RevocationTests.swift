import HTTPWire
import PKI
import Testing
import Trust

@testable import Gateway

@Suite("Connections whose client lost its trust")
struct RevocationTests {
  /// A connection whose client was good once, and is revoked when `revoke` is called.
  private struct Revocable {
    let wire: Wire
    private let bad: Verdict

    init(_ settings: String = "") throws {
      let authority = try TestAuthority()
      wire = try Wire(settings)
      wire.handler.connection.verdict = try authority.verdict(subject: "/CN=mallory")
      bad = try authority.verdict(subject: "/CN=mallory", isOurs: false)
    }

    func revoke() {
      wire.handler.connection.verdict = bad
      wire.channel.pipeline.fireUserInboundEventTriggered(TrustChanged())
    }
  }

  private static let request = "GET /test/wait HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test("an idle connection closes at once, and the log says why")
  func idle() throws {
    let client = try Revocable()
    #expect(try client.wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("hi"))
    client.revoke()
    #expect(!client.wire.isOpen)
    #expect(client.wire.site.text(of: "error.log").contains("closing the open connection, client: 192.0.2.7"))
  }

  @Test("a response that is under way goes out first, and is the last")
  func busy() throws {
    let client = try Revocable()
    _ = try client.wire.send(Self.request)
    client.revoke()
    #expect(client.wire.isOpen)
    client.wire.requests[0].finalize(status: 404)
    #expect(try client.wire.received().contains("Connection: close"))
    #expect(!client.wire.isOpen)
  }

  @Test("what takes longer than ten seconds is cut off")
  func endless() throws {
    let client = try Revocable()
    _ = try client.wire.send(Self.request)
    client.revoke()
    client.wire.pass(9)
    #expect(client.wire.isOpen)
    client.wire.pass(1)
    #expect(!client.wire.isOpen)
  }

  @Test("a tunnel closes at once")
  func tunnel() throws {
    let client = try Revocable()
    _ = try client.wire.send("GET /test/tunnel HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
    #expect(try client.wire.send("hello") == "<hello>")
    client.revoke()
    #expect(!client.wire.isOpen)
  }

  @Test("a client that was never good, or still is, is left alone, and so is everybody with the directive off")
  func others() throws {
    let never = try Wire()
    never.handler.connection.verdict = try TestAuthority().verdict(subject: "/CN=x", isOurs: false)
    let good = try Wire()
    good.handler.connection.verdict = try TestAuthority().verdict(subject: "/CN=x")
    for wire in [never, good, try Wire()] {
      wire.channel.pipeline.fireUserInboundEventTriggered(TrustChanged())
      #expect(wire.isOpen)
    }
    let spared = try Revocable("ssl_revocation_disconnect off;")
    spared.revoke()
    #expect(spared.wire.isOpen)
  }
}
