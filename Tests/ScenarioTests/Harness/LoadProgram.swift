import Foundation

/// The tests' own load: clients with certificates, kept and new connections, HTTP/1.1 and HTTP/2.
enum LoadProgram {
  struct Result: Decodable {
    var operations: Int
    var failures: Int
    var resumed: Int
    var errors: [String: Int]?
  }

  /// Built once for all tests of a run.
  static let path: Swift.Result<String, any Error> = Swift.Result {
    let target = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-load-\(getpid())").path
    let run = try Program.run(
      "go", ["build", "-o", target, "."], directory: Program.packageDirectory.appendingPathComponent("bench/load").path,
      limit: 300)
    guard run.succeeded else { throw GatewayFailure(text: "bench/load: \(run.errors)") }
    return target
  }

  static func run(_ arguments: [String], scene: Scene, identity: Identity, limit: Int = 120) throws -> Result {
    let common = [
      "-url", "https://localhost:\(scene.ports[0])/", "-ca", scene.authority.certificate, "-cert", identity.certificate,
      "-key", identity.key,
    ]
    let run = try Program.run(try path.get(), common + arguments, limit: limit)
    guard let data = run.output.data(using: .utf8), let result = try? JSONDecoder().decode(Result.self, from: data)
    else { throw GatewayFailure(text: "load: \(run.errors)") }
    return result
  }
}
