import Foundation
import Testing

/// Files of certificates, keys, CAs and CRLs that change while the gateway serves: in effect, or an alarm is on.
@Suite("Changed trust files")
struct TrustFileTests {
  /// A server whose clients are judged by `crl`.
  private static func server(_ scene: Scene, port: Int = 1, crl: String, _ more: String = "") -> String {
    """
    server {
      listen 127.0.0.1:@PORT\(port)@ ssl;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_verify_client on;
      ssl_crl \(crl);
      \(more)
      location / { return 200 "hello"; }
      location = /metrics { metrics; }
    }
    """
  }

  private static func isPending(_ file: String, _ scene: Scene, _ client: Identity) throws -> Bool {
    let page = try Exposition(try scene.curl(client).get("/metrics").body)
    #expect(page.has("trust_file_pending", ["file": file]), "\(file) is watched")
    return page.value("trust_file_pending", ["file": file]) == 1
  }

  private static func status(_ scene: Scene, _ client: Identity, port: Int = 0) throws -> Int {
    try Curl(port: scene.ports[port], authority: scene.authority.certificate, identity: client).get("/").status
  }

  @Test("a CRL that changes while silent connections use up all descriptors is in effect")
  func descriptors() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let lists = scene.directory.file("lists")
    try scene.directory.write("lists/a.crl", try Array(Data(contentsOf: URL(fileURLWithPath: scene.authority.crl))))
    let servers = Self.server(scene, crl: scene.authority.crl, "ssl_crl \(lists);")
    let gateway = try scene.start(servers, descriptors: 64)
    let mallory = try scene.authority.issue("mallory")
    #expect(try Self.status(scene, mallory) == 200)
    var silent = try (0..<100).map { _ in try RawConnection(port: scene.ports[0]) }
    #expect(
      eventually {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(gateway.pid)/fd").count) ?? 0 >= 64
      })
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    try scene.directory.write("lists/a.crl", try Array(Data(contentsOf: URL(fileURLWithPath: scene.authority.crl))))
    for file in [scene.authority.crl, lists] {
      #expect(
        eventually {
          gateway.errorLog.split(separator: "\n").contains { $0.contains("in effect: ") && $0.contains(file) }
        })
    }
    #expect(silent.count == 100)
    silent = []
    #expect(try eventually { try Self.status(scene, mallory) == 400 })
  }

  @Test("a key that is not its certificate's holds back no CRL; an alarm is on until the pair is one")
  func independent() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.server(scene, crl: scene.authority.crl))
    let (alice, mallory) = (try scene.authority.issue("alice"), try scene.authority.issue("mallory"))
    let key = try String(contentsOfFile: scene.server.key, encoding: .utf8)
    #expect(try !Self.isPending(scene.server.key, scene, alice))
    try String(contentsOfFile: alice.key, encoding: .utf8).write(
      toFile: scene.server.key, atomically: true, encoding: .utf8)
    #expect(eventually { gateway.errorLog.contains("[alert]") && gateway.errorLog.contains("is not that of") })
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    #expect(try eventually { try Self.status(scene, mallory) == 400 })
    #expect(try Self.isPending(scene.server.key, scene, alice))
    #expect(try !Self.isPending(scene.authority.crl, scene, alice))
    try key.write(toFile: scene.server.key, atomically: true, encoding: .utf8)
    #expect(try eventually { try !Self.isPending(scene.server.key, scene, alice) })
    let told = gateway.errorLog.split(separator: "\n").filter { $0.contains("files in effect: ") }
    #expect(told.count == 2 && told.first?.contains(scene.server.key) == false)
  }

  @Test(
    "an older CRL in the newer one's place revokes what it revoked, over reloads, until the gateway is started anew")
  func older() throws {
    let scene = try Scene()
    let crl = scene.authority.crl
    try scene.authority.writeCRL()
    let old = try Data(contentsOf: URL(fileURLWithPath: crl))
    let server = Self.server(scene, crl: crl)
    let (alice, mallory) = (try scene.authority.issue("alice"), try scene.authority.issue("mallory"))
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    let gateway = try scene.start(server)
    #expect(try Self.status(scene, mallory) == 400)
    try old.write(to: URL(fileURLWithPath: crl), options: .atomic)
    #expect(eventually { gateway.errorLog.contains("it is older than the one in use") })
    #expect(try Self.isPending(crl, scene, alice))
    gateway.signal(SIGHUP)
    #expect(eventually { gateway.errorLog.contains("the new configuration was refused") })
    #expect(try Self.status(scene, mallory) == 400)
    try scene.authority.writeCRL()
    #expect(try eventually { try !Self.isPending(crl, scene, alice) })
    #expect(try Self.status(scene, mallory) == 400)
    gateway.stop()
    try old.write(to: URL(fileURLWithPath: crl), options: .atomic)
    let anew = try scene.start(server)
    #expect(try Self.status(scene, mallory) == 200, "a start takes what is there")
    anew.stop()
  }

  @Test(
    "a proxy's client certificate that was renewed is shown from then on, and no connection with the old one is kept")
  func proxyCertificate() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let (first, second) = (try scene.authority.issue("first"), try scene.authority.issue("second"))
    let (certificate, key) = (scene.directory.file("proxy.crt"), scene.directory.file("proxy.key"))
    func place(_ identity: Identity) throws {
      for (from, to) in [(identity.certificate, certificate), (identity.key, key)] {
        try String(contentsOfFile: from, encoding: .utf8).write(toFile: to, atomically: true, encoding: .utf8)
      }
    }
    try place(first)
    let upstream = scene.directory.file("upstream.crt")
    try FileManager.default.copyItem(atPath: scene.authority.certificate, toPath: upstream)
    let gateway = try scene.start(
      """
      upstream back { server 127.0.0.1:@PORT2@; keepalive 8; }
      server {
        listen 127.0.0.1:@PORT1@;
        location / {
          proxy_pass https://back;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_ssl_certificate \(certificate);
          proxy_ssl_certificate_key \(key);
          proxy_ssl_verify on;
          proxy_ssl_name localhost;
          proxy_ssl_trusted_certificate \(upstream);
        }
        location = /metrics { metrics; }
      }
      """
        + Self.server(scene, port: 2, crl: scene.authority.crl)
        .replacingOccurrences(of: "\"hello\"", with: "\"$ssl_client_s_dn $connection\""))
    let curl = Curl(port: scene.ports[0])
    let before = try curl.get("/").body
    #expect(before.hasPrefix("CN=first,"))
    #expect(try curl.get("/").body == before, "the connection is kept")
    try place(second)
    #expect(eventually { gateway.errorLog.contains("files in effect: \(certificate)") })
    try scene.authority.revoke(first)
    try scene.authority.writeCRL()
    #expect(try eventually { try curl.get("/").body.hasPrefix("CN=second,") })
    #expect(try (0..<5).allSatisfy { _ in try curl.get("/").body.hasPrefix("CN=second,") })
    // Whom the proxy trusts is watched as well.
    let other = try TestAuthority("other", in: scene.directory)
    try String(contentsOfFile: other.certificate, encoding: .utf8).write(
      toFile: upstream, atomically: true, encoding: .utf8)
    #expect(try eventually { try curl.get("/").status == 502 })
  }

  @Test(
    "a FIFO, an endless device or nothing in a CRL's place is an alarm, blocks nobody and holds back no other server")
  func standIns() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let other = scene.directory.file("other.crl")
    try FileManager.default.copyItem(atPath: scene.authority.crl, toPath: other)
    let gateway = try scene.start(
      Self.server(scene, crl: scene.authority.crl) + Self.server(scene, port: 2, crl: other))
    let alice = try scene.authority.issue("alice")
    let standIns: [(words: String, place: () throws -> Void)] = [
      ("a FIFO where a regular file is expected", { #expect(mkfifo(other, 0o600) == 0) }),
      (
        "a device where a regular file is expected",
        { try FileManager.default.createSymbolicLink(atPath: other, withDestinationPath: "/dev/zero") }
      ),
      ("No such file or directory", {}),
    ]
    for (words, place) in standIns {
      unlink(other)
      try place()
      #expect(eventually { gateway.errorLog.contains(words) }, "\(words)")
      #expect(try Self.isPending(other, scene, alice), "\(words)")
      let mallory = try scene.authority.issue("mallory")
      try scene.authority.revoke(mallory)
      try scene.authority.writeCRL()
      #expect(try eventually { try Self.status(scene, mallory) == 400 }, "\(words)")
      #expect(try Self.status(scene, alice, port: 1) == 200, "the last good one")
      unlink(other)
      try FileManager.default.copyItem(atPath: scene.authority.crl, toPath: other)
      #expect(try eventually { try !Self.isPending(other, scene, alice) }, "\(words)")
      #expect(try Self.status(scene, mallory, port: 1) == 400, "\(words)")
    }
  }
}
