import Foundation
import Testing

/// Connections that are open when the trust in their client ends: by time, or by a reload that names other CAs.
@Suite("Trust that ends while connections are open")
struct TrustEndTests {
  /// How long a certificate or list lives: enough for a slow machine to get a connection going.
  private static let life = 12

  @Test(
    "an idle connection is closed when its client's certificate expires, others live on",
    arguments: ["http/1.1", "h2"])
  func expires(protocolName: String) throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(RevocationTests.server(scene))
    let long = try KeptConnection(scene, try scene.authority.issue("long"), protocolName: protocolName)
    let short = try KeptConnection(
      scene, try scene.authority.issue("short", seconds: Self.life), protocolName: protocolName)
    for connection in [long, short] {
      if protocolName == "h2" {
        connection.beginHTTP2()
        connection.requestHTTP2(1)
        #expect(eventually { connection.hasAnswer(1) })
      } else {
        #expect(connection.get(expecting: "hello"))
      }
    }
    #expect(eventually(within: 60) { short.isClosed })
    #expect(protocolName != "h2" || short.hasGoAway)
    #expect(!long.isClosed)
    #expect(
      eventually {
        gateway.errorLog.contains("rule expired") && gateway.errorLog.contains("closing the open connection")
      })
  }

  @Test("a tunnel ends with its client's certificate; with ssl_revocation_disconnect off it goes on")
  func tunnel() throws {
    let scene = try Scene(ports: 3)
    try scene.authority.writeCRL()
    let echo = try EchoUpgrade(port: scene.ports[2])
    let location =
      "proxy_pass http://127.0.0.1:@PORT3@; proxy_http_version 1.1; proxy_upgrade_protocols echo; proxy_set_header Upgrade $http_upgrade; "
      + "proxy_set_header Connection upgrade; proxy_read_timeout 5m;"
    let servers =
      RevocationTests.server(scene, location: location)
      + RevocationTests.server(scene, "ssl_revocation_disconnect off;", location: location)
      .replacingOccurrences(of: "@PORT1@", with: "@PORT2@")
    let gateway = try scene.start(servers)
    let short = try scene.authority.issue("short", seconds: Self.life)
    let ending = try KeptConnection(scene, short)
    let lasting = try KeptConnection(scene, short, port: scene.ports[1])
    for connection in [ending, lasting] {
      connection.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n".utf8))
      #expect(eventually { connection.text.contains("101 Switching Protocols") }, "\(connection.text)")
      connection.send(Array("over the tunnel".utf8))
      #expect(eventually { connection.text.hasSuffix("over the tunnel") })
    }
    #expect(eventually(within: 60) { ending.isClosed })
    lasting.send(Array(" still there".utf8))
    #expect(eventually { lasting.text.hasSuffix(" still there") })
    #expect(gateway.isRunning && echo.isRunning)
  }

  @Test("a CRL that nobody renews ends connections at its nextUpdate and ssl_crl_grace; one renewed in time does not")
  func listExpires() throws {
    let scene = try Scene()
    try scene.authority.writeCRL(seconds: Self.life)
    let gateway = try scene.start(RevocationTests.server(scene, "ssl_crl_grace 2s;"))
    let alice = try scene.authority.issue("alice")
    let connection = try KeptConnection(scene, alice)
    #expect(connection.get(expecting: "hello"))
    #expect(eventually(within: 60) { connection.isClosed })
    #expect(gateway.errorLog.contains("CRL has expired"))
    try scene.authority.writeCRL(seconds: Self.life)
    #expect(try eventually { try scene.curl(alice).get("/").status == 200 })
    let renewed = try KeptConnection(scene, alice)
    #expect(renewed.get(expecting: "hello"))
    try scene.authority.writeCRL()
    sleep(UInt32(Self.life + 6))
    #expect(!renewed.isClosed)
    #expect(renewed.get(expecting: "hello"))
  }

  @Test("after a reload with another CA file a tunnel of the old generation is judged by the new one")
  func reload() throws {
    let scene = try Scene(ports: 2)
    let other = try TestAuthority("other", in: scene.directory)
    func server(_ authority: String) -> String {
      """
      events { }
      http { access_log off;
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        server_name localhost;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(authority);
        ssl_verify_client on;
        location / { proxy_pass http://127.0.0.1:@PORT2@; proxy_http_version 1.1;
          proxy_upgrade_protocols echo; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_read_timeout 5m; }
      } }
      """
    }
    let echo = try EchoUpgrade(port: scene.ports[1])
    try scene.directory.write(
      "both.crt",
      [scene.authority, other].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }.joined())
    let gateway = try GatewayProcess(
      server(scene.directory.file("both.crt")), in: scene.directory, ports: scene.ports)
    let staying = try KeptConnection(scene, try scene.authority.issue("staying"))
    let leaving = try KeptConnection(scene, try other.issue("leaving"))
    for connection in [staying, leaving] {
      connection.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n".utf8))
      #expect(eventually { connection.text.contains("101 Switching Protocols") }, "\(connection.text)")
    }
    try gateway.reload(server(scene.authority.certificate), ports: scene.ports)
    #expect(eventually { leaving.isClosed })
    staying.send(Array("still there".utf8))
    #expect(eventually { staying.text.hasSuffix("still there") })
    #expect(echo.isRunning)
    // What changes in the new generation's files reaches the old one's connections.
    try String(contentsOfFile: other.certificate, encoding: .utf8).write(
      toFile: scene.authority.certificate, atomically: true, encoding: .utf8)
    #expect(eventually { staying.isClosed })
  }

  @Test(
    "a tunnel in a location is judged after a reload by what that location has now, wherever the server has moved to")
  func reloadOfLocations() throws {
    let two = try TwoAuthorities(ports: 2)
    let third = try TestAuthority("third", in: two.scene.directory)
    let echo = try EchoUpgrade(port: two.scene.ports[1])
    let upgrade =
      "proxy_pass http://127.0.0.1:@PORT2@; proxy_http_version 1.1; proxy_upgrade_protocols echo; proxy_set_header Upgrade $http_upgrade; "
      + "proxy_set_header Connection upgrade; proxy_read_timeout 5m;"
    func whole(_ locations: String) -> String {
      "events { }\nhttp {\naccess_log off;\n\(two.server(locations: locations))\n}\n"
    }
    let gateway = try GatewayProcess(
      whole(
        "location /a { ssl_client_certificate @ADMIN@; \(upgrade) } location /b { ssl_client_certificate @ADMIN@; \(upgrade) }"
      ), in: two.scene.directory, ports: two.scene.ports)
    func tunnel(_ path: String) throws -> KeptConnection {
      let connection = try KeptConnection(two.scene, two.adminClient)
      connection.send(
        Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n".utf8))
      #expect(eventually { connection.text.contains("101 Switching Protocols") }, "\(connection.text)")
      return connection
    }
    let first = try tunnel("/a")
    // The same CA under another name: nothing changes for whom it vouches.
    let copy = two.scene.directory.file("copy.crt")
    try FileManager.default.copyItem(atPath: two.admin.certificate, toPath: copy)
    let both =
      "location /b { ssl_client_certificate \(copy); \(upgrade) } location /a { ssl_client_certificate \(copy); \(upgrade) }"
    try gateway.reload(whole(both), ports: two.scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    first.send(Array("still there".utf8))
    #expect(eventually { first.text.hasSuffix("still there") })
    let second = try tunnel("/b")
    let other = both.replacingOccurrences(of: copy, with: third.certificate)
    try gateway.reload(whole(other), ports: two.scene.ports)
    #expect(eventually { first.isClosed && second.isClosed })
    #expect(echo.isRunning && gateway.isRunning)
  }
}
