import Foundation
import Testing

/// A configuration that names neither its log nor its pid file, as many do.
@Suite("Where logs and the process's number go by default")
struct DefaultFileTests {
  private static let configuration = """
    events { }
    http { access_log off; server { listen 127.0.0.1:@PORT1@; return 200 "here\\n"; } }

    """

  private func gateway(_ directory: TemporaryDirectory, _ more: [String] = []) throws -> Run {
    try Program.run(Program.countersign, ["gateway", "-p", directory.path, "-c", "gateway.conf"] + more)
  }

  @Test("a daemon logs to logs/error.log, and -s finds it by logs/countersign.pid")
  func daemon() throws {
    let scene = try Scene()
    let directory = scene.directory
    try directory.write("gateway.conf", scene.ports.fill(Self.configuration))
    let start = try gateway(directory)
    #expect(start.succeeded && start.errors.isEmpty, "\(start.errors)")
    let pid = try #require(pid_t(directory.text("logs/countersign.pid").trimmingCharacters(in: .newlines)))
    #expect(try Curl(port: scene.ports[0]).get("/").body == "here\n")
    try directory.write("gateway.conf", scene.ports.fill(Self.configuration) + "nonsense;\n")
    kill(pid, SIGHUP)
    #expect(eventually { directory.text("logs/error.log").contains("unknown directive \"nonsense\"") })
    try directory.write("gateway.conf", scene.ports.fill(Self.configuration))
    let quit = try gateway(directory, ["-s", "quit"])
    #expect(quit.succeeded, "\(quit.errors)")
    #expect(eventually { kill(pid, 0) != 0 && !directory.exists("logs/countersign.pid") })
    let again = try gateway(directory, ["-s", "quit"])
    #expect(again.status == 1 && again.errors.contains("logs/countersign.pid\" failed (2: No such file"))
  }

  @Test("where the folder can't be made a daemon does not start, and the cure is said")
  func noFolder() throws {
    let scene = try Scene()
    try scene.directory.write("logs", "a file in the folder's place")
    try scene.directory.write("gateway.conf", scene.ports.fill(Self.configuration))
    let start = try gateway(scene.directory)
    #expect(start.status == 1)
    #expect(start.errors.contains("could not open error log file"), "\(start.errors)")
    #expect(start.errors.contains("name another file with \"pid\""), "\(start.errors)")
    #expect(try Curl(port: scene.ports[0]).get("/").exit == 7)
  }
}
