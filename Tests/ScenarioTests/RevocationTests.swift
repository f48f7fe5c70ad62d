import Foundation
import Testing

/// A revocation reaches connections that are open.
@Suite("Revocation while connections are open")
struct RevocationTests {
  static func server(_ scene: Scene, _ more: String = "", location: String = "return 200 hello;") -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      http2 on;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_crl \(scene.authority.crl);
      ssl_verify_client on;
      \(more)
      location / { \(location) }
    }
    """
  }

  @Test(
    "kept HTTP/1.1 connections of the revoked client are closed, others live on", arguments: ["-tls1_2", "-tls1_3"])
  func http1(version: String) throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.server(scene))
    let (alice, mallory) = (try scene.authority.issue("alice"), try scene.authority.issue("mallory"))
    let good = try KeptConnection(scene, alice, version: version)
    let bad = try KeptConnection(scene, mallory, version: version)
    #expect(good.get(expecting: "hello"))
    #expect(bad.get(expecting: "hello"))
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    #expect(eventually { bad.isClosed })
    #expect(good.get(expecting: "hello"))
    #expect(!good.isClosed)
    #expect(try scene.curl(mallory).get("/").status == 400)
    #expect(gateway.errorLog.contains("certificate revoked"))
  }

  @Test("an HTTP/2 connection of the revoked client gets GOAWAY and is closed, others live on")
  func http2() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.server(scene))
    let (alice, mallory) = (try scene.authority.issue("alice"), try scene.authority.issue("mallory"))
    let good = try KeptConnection(scene, alice, protocolName: "h2")
    let bad = try KeptConnection(scene, mallory, protocolName: "h2")
    for connection in [good, bad] {
      connection.beginHTTP2()
      connection.requestHTTP2(1)
      #expect(eventually { connection.hasAnswer(1) })
      #expect(!connection.hasGoAway)
    }
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    #expect(eventually { bad.hasGoAway && bad.isClosed })
    good.requestHTTP2(3)
    #expect(eventually { good.hasAnswer(3) })
    #expect(!good.hasGoAway && !good.isClosed)
    #expect(gateway.isRunning)
  }

  @Test("a response that is under way is finished, then the connection is closed")
  func underWay() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let slow = try SlowServer(port: scene.ports[1], answer: "slow answer", delay: 2)
    let gateway = try scene.start(Self.server(scene, location: "proxy_pass http://127.0.0.1:@PORT2@;"))
    let mallory = try scene.authority.issue("mallory")
    let connection = try KeptConnection(scene, mallory)
    connection.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
    #expect(eventually { slow.wasAsked })
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    #expect(eventually { gateway.errorLog.contains("certificate revoked") })
    #expect(!connection.isClosed)
    #expect(eventually { connection.isClosed && connection.text.hasSuffix("slow answer") }, "\(connection.text)")
    #expect(connection.text.contains("Connection: close"))
  }

  @Test("a CA that is taken away, too; with ssl_revocation_disconnect off the connection ends at its next request")
  func authorityRemoved() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let other = try TestAuthority("other", in: scene.directory)
    let bundle = scene.directory.file("bundle.crt")
    func write(_ authorities: [TestAuthority]) throws {
      let texts = try authorities.map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
      try scene.directory.write("bundle.crt", texts.joined())
    }
    for isOn in [true, false] {
      try write([scene.authority, other])
      let server = Self.server(scene, "ssl_revocation_disconnect \(isOn ? "on" : "off");")
        .replacingOccurrences(
          of: "ssl_client_certificate \(scene.authority.certificate)", with: "ssl_client_certificate \(bundle)"
        )
        .replacingOccurrences(of: "ssl_crl \(scene.authority.crl);", with: "")
      let gateway = try scene.start(server)
      let connection = try KeptConnection(scene, try other.issue("guest"))
      #expect(connection.get(expecting: "hello"))
      try write([scene.authority])
      #expect(eventually { gateway.errorLog.contains("files in effect") })
      if isOn {
        #expect(eventually { connection.isClosed })
      } else {
        usleep(300_000)
        #expect(!connection.isClosed)
        connection.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        #expect(eventually { connection.isClosed })
        #expect(connection.text.contains("400 The SSL certificate error"))
      }
      gateway.stop()
      unlink(scene.directory.file("error.log"))
    }
  }
}
