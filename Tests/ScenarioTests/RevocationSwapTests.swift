import Foundation
import Synchronization
import Testing

/// A large CRL that is replaced again and again while clients are at work.
@Suite("CRLs swapped under load")
struct RevocationSwapTests {
  private static let rounds = 3
  private static let entries = 200_000

  /// CRLs of which each revokes one client more.
  private static func lists(_ scene: Scene, revoking clients: [Identity]) throws -> [[UInt8]] {
    let program = Program.packageDirectory.appendingPathComponent("bench/crl.py").path
    let serials = try clients.map { client in
      let text = try Program.run("openssl", ["x509", "-in", client.certificate, "-noout", "-serial"]).output
      return text.trimmingCharacters(in: .whitespacesAndNewlines).replacingOccurrences(of: "serial=", with: "")
    }
    return try (0...serials.count).map { count in
      let path = scene.directory.file("\(count).crl")
      let run = try Program.run(
        "python3",
        [program, scene.authority.certificate, scene.authority.identity.key, String(entries), path]
          + serials.prefix(count))
      guard run.succeeded else { throw GatewayFailure(text: "bench/crl.py: \(run.errors)") }
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
  }

  /// Not as a careful operator would: in place, with a pause in the middle.
  private static func writeSlowly(_ bytes: [UInt8], to path: String) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(bytes.prefix(bytes.count / 2)))
    usleep(200_000)
    try file.write(contentsOf: Data(bytes.suffix(bytes.count - bytes.count / 2)))
    try file.close()
  }

  @Test("good clients lose no request, and who was revoked is refused after each swap")
  func swaps() throws {
    let scene = try Scene()
    let good = try scene.authority.issue("good")
    let revoked = try (0..<Self.rounds).map { try scene.authority.issue("revoked \($0)") }
    let lists = try Self.lists(scene, revoking: revoked)
    let crl = try scene.directory.write("current.crl", lists[0])
    let server = RevocationTests.server(scene)
      .replacingOccurrences(of: "ssl_crl \(scene.authority.crl);", with: "ssl_crl \(crl);")
    let gateway = try scene.start(server)
    _ = try LoadProgram.path.get()
    let load = Load(scene, good)
    for (round, client) in revoked.enumerated() {
      #expect(try scene.curl(client).get("/").status == 200, "round \(round)")
      let fresh = lists[round + 1]
      let before = gateway.errorLog.components(separatedBy: "goes on being used").count
      let bad = [[], Array("half a fi".utf8), Array(fresh.prefix(fresh.count / 2))][round % 3]
      try scene.directory.write("current.crl", bad)
      #expect(eventually { gateway.errorLog.components(separatedBy: "goes on being used").count > before })
      for former in revoked.prefix(round) {
        #expect(try scene.curl(former).get("/").status == 400, "the last good one")
      }
      if round % 2 == 0 {
        try scene.directory.write("current.crl", fresh)
      } else {
        try Self.writeSlowly(fresh, to: crl)
      }
      #expect(try eventually(within: 30) { try scene.curl(client).get("/").status == 400 }, "round \(round)")
    }
    try load.end()
    #expect(gateway.isRunning)
  }
}

/// New handshakes, and kept connections over HTTP/1.1 and HTTP/2, until its end.
private final class Load: Sendable {
  private let isOver = Atomic<Bool>(false)
  private let workers = Mutex<[Answering<[LoadProgram.Result]>]>([])

  init(_ scene: Scene, _ client: Identity) {
    for kind in [["handshakes"], ["mixed"], ["mixed", "-http2"]] {
      let worker = Answering { [self] in
        var results: [LoadProgram.Result] = []
        repeat {
          let arguments = ["-workers", "2", "-duration", "3s", "-mode"] + kind
          results.append(try LoadProgram.run(arguments, scene: scene, identity: client))
        } while !isOver.load(ordering: .acquiring)
        return results
      }
      workers.withLock { $0.append(worker) }
    }
  }

  /// Stops and expects that nothing failed.
  func end() throws {
    isOver.store(true, ordering: .releasing)
    for worker in workers.withLock({ $0 }) {
      let results = try worker.result(within: 60)
      #expect(results.allSatisfy { $0.failures == 0 }, "\(results.compactMap(\.errors))")
      #expect(results.map(\.operations).reduce(0, +) > 50)
    }
  }
}
