import Foundation
import Testing

/// Reloads, drains and signals while clients are at work.
@Suite("Reload, drain and signals")
struct ReloadTests {
  static func server(_ scene: Scene, answer: String = "ok") -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      http2 on;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_verify_client on;
      location / { return 200 "\(answer)"; }
    }
    """
  }

  static func whole(_ http: String) -> String { "events { }\nhttp {\naccess_log off;\n\(http)\n}\n" }

  @Test("50 reloads under load lose no request, kept and new connections", arguments: [false, true])
  func reloadsUnderLoad(http2: Bool) throws {
    let scene = try Scene()
    let gateway = try GatewayProcess(Self.whole(Self.server(scene)), in: scene.directory, ports: scene.ports)
    let client = try scene.authority.issue("client1")
    _ = try LoadProgram.path.get()
    let reloading = Thread {
      for round in 0..<50 {
        try? gateway.reload(Self.whole(Self.server(scene, answer: "ok \(round)")), ports: scene.ports)
        usleep(200_000)
      }
    }
    reloading.start()
    let flags = ["-mode", "mixed", "-workers", "4", "-duration", "12s"] + (http2 ? ["-http2"] : [])
    let result = try LoadProgram.run(flags, scene: scene, identity: client)
    #expect(result.failures == 0, "\(result.errors ?? [:])")
    #expect(result.operations > 100)
    #expect(try eventually { try scene.curl(client).get("/").body == "ok 49" })
    #expect(gateway.isRunning)
  }

  @Test("a broken configuration, or a missing CA, changes nothing and the log says file:line")
  func brokenReload() throws {
    let scene = try Scene()
    let gateway = try GatewayProcess(Self.whole(Self.server(scene)), in: scene.directory, ports: scene.ports)
    let client = try scene.authority.issue("client1")
    try gateway.reload(Self.whole("server {\n listen 1;\n ssl_verify_cilent on;\n}"), ports: scene.ports)
    #expect(
      eventually {
        gateway.errorLog.contains("unknown directive \"ssl_verify_cilent\"")
          && gateway.errorLog.contains("gateway.conf:9")
      })
    #expect(gateway.errorLog.contains("did you mean \"ssl_verify_client\""))
    #expect(try scene.curl(client).get("/").body == "ok")
    let missing = Self.server(scene, answer: "new").replacingOccurrences(
      of: scene.authority.certificate, with: "/nonexistent/ca.crt")
    try gateway.reload(Self.whole(missing), ports: scene.ports)
    #expect(eventually { gateway.errorLog.contains("/nonexistent/ca.crt") })
    #expect(try scene.curl(client).get("/").body == "ok")
    try gateway.reload(Self.whole(Self.server(scene, answer: "mended")), ports: scene.ports)
    #expect(try eventually { try scene.curl(client).get("/").body == "mended" })
  }

  @Test("a broken CRL or CA file is announced and the last good one goes on")
  func brokenFile() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let server = Self.server(scene).replacingOccurrences(
      of: "ssl_verify_client on;", with: "ssl_verify_client on;\nssl_crl \(scene.authority.crl);")
    let gateway = try GatewayProcess(Self.whole(server), in: scene.directory, ports: scene.ports)
    let client = try scene.authority.issue("client1")
    for rubbish in ["", "half a fi", "-----BEGIN X509 CRL-----\nMIIB\n"] {
      try rubbish.write(toFile: scene.authority.crl, atomically: true, encoding: .utf8)
      #expect(eventually { gateway.errorLog.contains("goes on being used") })
      #expect(try scene.curl(client).get("/").body == "ok")
    }
    try scene.authority.revoke(client)
    try scene.authority.writeCRL()
    #expect(try eventually { try scene.curl(client).get("/").status == 400 })
  }

  @Test("QUIT lets an open request finish, closes idle connections and ends with 0")
  func quit() throws {
    let scene = try Scene(ports: 2)
    let gateway = try GatewayProcess(
      Self.whole("server { listen 127.0.0.1:@PORT1@; location / { proxy_pass http://127.0.0.1:@PORT2@; } }"),
      in: scene.directory, ports: scene.ports)
    let idle = try RawConnection(port: scene.ports[0])
    let slow = try SlowServer(port: scene.ports[1], answer: "slow answer", delay: 1.5)
    let asking = try RawConnection(port: scene.ports[0])
    asking.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(eventually { slow.wasAsked })
    gateway.signal(SIGQUIT)
    let answer = String(decoding: asking.readToEnd(), as: UTF8.self)
    #expect(answer.hasSuffix("slow answer"), "\(answer)")
    #expect(idle.readToEnd().isEmpty)
    #expect(eventually { !gateway.isRunning })
    #expect(gateway.stop() == 0)
    #expect(!scene.directory.exists("gateway.pid"))
  }

  @Test("USR1 opens the logs anew")
  func reopen() throws {
    let scene = try Scene()
    let gateway = try scene.start("server { listen 127.0.0.1:@PORT1@; return 200 ok; }")
    let curl = Curl(port: scene.ports[0], authority: nil, identity: nil)
    #expect(try curl.get("/before").status == 200)
    try FileManager.default.moveItem(
      atPath: scene.directory.file("access.log"), toPath: scene.directory.file("access.log.1"))
    gateway.signal(SIGUSR1)
    #expect(eventually { scene.directory.exists("access.log") })
    #expect(try curl.get("/after").status == 200)
    #expect(eventually { scene.directory.text("access.log").contains("/after") })
    #expect(scene.directory.text("access.log.1").contains("/before"))
    #expect(!scene.directory.text("access.log.1").contains("/after"))
  }

  @Test("-s reload, reopen and quit reach the process of the pid file; -t and -T check without a port")
  func commandLine() throws {
    let scene = try Scene()
    let gateway = try scene.start("server { listen 127.0.0.1:@PORT1@; return 200 ok; }")
    let common = ["gateway", "-p", scene.directory.path, "-c", "gateway.conf"]
    let test = try Program.run(Program.countersign, common + ["-t"])
    #expect(test.succeeded)
    #expect(test.errors.contains("test is successful"))
    let dump = try Program.run(Program.countersign, common + ["-T"])
    #expect(dump.output.hasPrefix("# configuration file \(scene.directory.path)/gateway.conf:\n"))
    #expect(dump.output.contains("return 200 ok;"))
    #expect(try Program.run(Program.countersign, common + ["-s", "reload"]).succeeded)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    #expect(try Program.run(Program.countersign, common + ["-s", "quit"]).succeeded)
    #expect(eventually { !gateway.isRunning })
    #expect(try Program.run(Program.countersign, common + ["-s", "quit"]).status == 1)
  }
}
