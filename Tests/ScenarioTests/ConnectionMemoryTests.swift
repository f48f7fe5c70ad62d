import Foundation
import Testing

/// What clients can make the gateway hold: resident memory beside the bytes that were sent.
@Suite("Memory and descriptors of connections", .serialized)
struct ConnectionMemoryTests {
  /// Port 1 speaks TLS, port 2 does not; the upstream is not there, so that bodies are kept.
  private static func configuration(_ scene: Scene) -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      listen 127.0.0.1:@PORT2@;
      http2 on;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      root @DIR@/www;
      location = /ok { return 200 ok; }
      location = /metrics { metrics; }
      location /bodies { client_max_body_size 0; client_body_buffer_size 1m; proxy_pass http://127.0.0.1:@PORT3@; }
      location /small { client_max_body_size 0; proxy_pass http://127.0.0.1:@PORT3@; }
    }
    """
  }

  private func start() throws -> (Scene, GatewayProcess) {
    let scene = try Scene(ports: 3)
    try scene.directory.write("www/small", "small")
    return (scene, try scene.start(Self.configuration(scene)))
  }

  /// A file of zeros that takes no room on the disk.
  private func sparse(_ name: String, megabytes: Int, in scene: Scene) throws {
    let file = try scene.directory.writing("www/" + name)
    try file.truncate(atOffset: UInt64(megabytes) << 20)
    try file.close()
  }

  private func plain(_ scene: Scene) -> Curl { Curl(port: scene.ports[1], authority: nil, identity: nil) }

  /// Asks until it has been served, so that what was sent before has been read; then what memory came to.
  private func growth(_ scene: Scene, _ gateway: GatewayProcess, since before: Int) throws -> Int {
    for _ in 0..<4 { #expect(try plain(scene).get("/ok").body == "ok") }
    return try ProcessFacts.growth(of: gateway, since: before)
  }

  private func before(_ scene: Scene, _ gateway: GatewayProcess) throws -> Int {
    for _ in 0..<4 { #expect(try plain(scene).get("/ok").body == "ok") }
    return try ProcessFacts.kilobytes("VmHWM", of: gateway.pid)
  }

  @Test("120 bodies left open, cut in the middle of frames, hold about what was sent")
  func openBodies() throws {
    let (scene, gateway) = try start()
    let before = try before(scene, gateway)
    let connection = try RawConnection(port: scene.ports[1])
    connection.send(HTTP2Frames.preface + HTTP2Frames.settings(window: 65_535))
    var bytes: [UInt8] = []
    for stream in 0..<120 { bytes += HTTP2Frames.request(2 * stream + 1, "/small", isPost: true) }
    for _ in 0..<3 {
      for stream in 0..<120 { bytes += HTTP2Frames.data(2 * stream + 1, 16_384) }
    }
    connection.send(bytes, pieces: 9001)
    connection.send(HTTP2Frames.frame(6, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8]))
    #expect(connection.read(untilBytes: [0, 0, 8, 6, 1]))
    let growth = try growth(scene, gateway, since: before)
    #expect(growth < 32)
  }

  @Test("chunks of one octet, cut so that no read ends with one, hold about what was sent")
  func octets() throws {
    let (scene, gateway) = try start()
    let before = try before(scene, gateway)
    let connection = try RawConnection(port: scene.ports[1])
    connection.send("POST /bodies HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n1")
    connection.send(Array(String(repeating: "\r\nx\r\n1", count: 7000).utf8), pieces: 6)
    connection.send("\r\nx\r\n0\r\n\r\n")
    #expect(connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 502"))
    let growth = try growth(scene, gateway, since: before)
    #expect(growth < 24)
  }

  @Test("a client that reads nothing of a large file over TLS costs little, and nobody has to wait for it")
  func unreadFile() throws {
    let (scene, gateway) = try start()
    try sparse("large", megabytes: 512, in: scene)
    let before = try before(scene, gateway)
    let client = try StalledClient(scene, sending: Array("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
    defer { client.end() }
    #expect(client.hasAnswer())
    let growth = try growth(scene, gateway, since: before)
    #expect(growth < 32)
  }

  @Test("a large file goes over TLS as it is taken, whole")
  func download() throws {
    let (scene, gateway) = try start()
    try sparse("file", megabytes: 192, in: scene)
    let before = try before(scene, gateway)
    for version in ["--http1.1", "--http2"] {
      let run = try Program.run(
        "curl",
        [
          "-sS", version, "--cacert", scene.authority.certificate, "-o", "/dev/null", "-w", "%{size_download}",
          "https://localhost:\(scene.ports[0])/file",
        ])
      #expect(run.output == "\(192 << 20)", "\(version): \(run.errors)")
    }
    let growth = try growth(scene, gateway, since: before)
    #expect(growth < 32)
  }

  @Test("a hundred streams with boundless windows that nobody reads cost what one connection may")
  func unreadStreams() throws {
    let (scene, gateway) = try start()
    try sparse("large", megabytes: 512, in: scene)
    let before = try before(scene, gateway)
    var bytes = HTTP2Frames.preface + HTTP2Frames.settings(window: 0x7FFF_FFFF)
    bytes += HTTP2Frames.windowUpdate(0, 0x7FFF_0000)
    for stream in 0..<100 { bytes += HTTP2Frames.request(2 * stream + 1, "/large") }
    let client = try StalledClient(scene, protocolName: "h2", sending: bytes)
    defer { client.end() }
    #expect(client.hasAnswer())
    let growth = try growth(scene, gateway, since: before)
    #expect(growth < 40)
  }

  @Test("hundreds of slow clients of a large file cost less than 128 KB each")
  func slowClients() throws {
    let (scene, gateway) = try start()
    try sparse("large", megabytes: 2048, in: scene)
    let before = try before(scene, gateway)
    let request = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
    let clients = try (0..<300).map { _ in try RawConnection(port: scene.ports[1], receiveBuffer: 4096) }
    for client in clients { client.send(request) }
    for client in clients { #expect(client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200")) }
    let plain = try growth(scene, gateway, since: before)
    #expect(plain < 300 * Self.slowClient / 1024)
    let stalled = try (0..<30).map { _ in try StalledClient(scene, sending: Array(request.utf8)) }
    defer { for client in stalled { client.end() } }
    for client in stalled { #expect(client.hasAnswer()) }
    let all = try growth(scene, gateway, since: before)
    #expect(all < 330 * Self.slowClient / 1024)
  }

  /// What a client that takes next to nothing may cost, in kilobytes.
  private static let slowClient = 128

  @Test("128 streams without a window hold no files open")
  func openFiles() throws {
    let (scene, gateway) = try start()
    _ = try before(scene, gateway)
    let connection = try RawConnection(port: scene.ports[1])
    var bytes = HTTP2Frames.preface + HTTP2Frames.settings(window: 0)
    for stream in 0..<128 { bytes += HTTP2Frames.request(2 * stream + 1, "/file") }
    try scene.directory.write("www/file", String(repeating: "x", count: 3000))
    let before = try ProcessFacts.descriptors(of: gateway.pid)
    connection.send(bytes + HTTP2Frames.frame(6, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8]))
    #expect(connection.read(untilBytes: [0, 0, 8, 6, 1]))
    let open = try ProcessFacts.descriptors(of: gateway.pid) - before
    #expect(open <= 4)
  }

  @Test("without descriptors accepting pauses, says so once, and goes on when there are some")
  func descriptorsUsedUp() throws {
    let (scene, gateway) = try start()
    _ = try before(scene, gateway)
    let limit = try ProcessFacts.descriptors(of: gateway.pid) + 20
    let set = try Program.run("prlimit", ["--pid", "\(gateway.pid)", "--nofile=\(limit):\(limit)"])
    #expect(set.succeeded, "\(set.errors)")
    do {
      let clients = try (0..<60).map { _ in try RawConnection(port: scene.ports[1]) }
      #expect(eventually { gateway.errorLog.contains("failed (24: Too many open files), accepting pauses") })
      // Longer than the pause, so that there is a second attempt.
      usleep(1_500_000)
      #expect(clients.count == 60)
    }
    #expect(eventually { (try? plain(scene).get("/ok").body) == "ok" })
    let metrics = try Exposition(try plain(scene).get("/metrics").body)
    let failures = metrics.value("accept_failures_total")
    #expect(failures >= 2)
    #expect(failures < 200)
    let lines = gateway.errorLog.split(separator: "\n").filter { $0.contains("accepting pauses") }
    #expect(lines.count == 1)
    #expect(lines.allSatisfy { $0.contains("[crit]") })
  }
}
