import Foundation

/// `openssl ocsp` as the responder of a test's CA.
final class OCSPResponder: @unchecked Sendable {
  private let process = Process()
  private let log: String
  private let directory: TemporaryDirectory

  /// - Parameters:
  ///   - authority: whose certificates it knows.
  ///   - signer: who signs; the CA itself without.
  ///   - index: another list of certificates than the CA's.
  ///   - minutes: until nextUpdate; none is named without.
  ///   - more: further options of `openssl ocsp`.
  init(
    _ authority: TestAuthority, port: Int, signer: Identity, index: String? = nil, minutes: Int? = 5,
    _ more: [String] = []
  ) throws {
    directory = authority.directory
    log = "ocsp-\(UUID().uuidString).log"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments =
      [
        "ocsp", "-index", index ?? directory.file("\(authority.name)/index.txt"), "-port", String(port), "-rsigner",
        signer.certificate, "-rkey", signer.key, "-CA", authority.certificate,
      ] + (minutes.map { ["-nmin", String($0)] } ?? []) + more
    process.standardOutput = try directory.writing(log + ".out")
    process.standardError = try directory.writing(log)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // What is no request would end it, so that its word must do.
    let isUp = eventually { directory.text(log).contains("waiting for OCSP client connections") }
    guard isUp, process.isRunning else { throw GatewayFailure(text: "openssl ocsp: \(directory.text(log))") }
  }

  deinit { stop() }

  /// Questions that came.
  var questions: Int { directory.text(log).components(separatedBy: "Received request").count - 1 }

  /// Neither answers nor goes away, until `goOn`.
  func stall() { kill(process.processIdentifier, SIGSTOP) }
  func goOn() { kill(process.processIdentifier, SIGCONT) }

  func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
