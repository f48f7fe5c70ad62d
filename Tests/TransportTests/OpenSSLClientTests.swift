import Foundation
import TLSEngine
import Testing

@Suite("openssl s_client against the handler", .enabled(if: OpenSSL.isInstalled), .timeLimit(.minutes(1)))
struct OpenSSLClientTests {
  private func arguments(_ server: Server, _ more: [String]) -> [String] {
    [
      "s_client", "-connect", "127.0.0.1:\(server.port)", "-servername", "localhost", "-CAfile",
      server.identity.certificateFile, "-ign_eof",
    ] + more
  }

  @Test("a certificate is asked for, shown and seen", arguments: ["-tls1_2", "-tls1_3"])
  func mutual(version: String) async throws {
    let server = try await Server.start(greeting: "welcome\n") { $0.clientCANames = [[0x30, 0]] }
    let identity = try await Identity.make("alice")
    let result = try await OpenSSL.run(
      arguments(server, [version, "-cert", identity.certificateFile, "-key", identity.keyFile]).filter {
        $0 != "-ign_eof"
      },
      input: "Q\n")
    #expect(result.output.contains("Verify return code: 0 (ok)"))
    #expect(await server.sightings.wait { $0.facts.count == 1 })
    #expect(server.sightings.all.facts[0].peerChain == identity.credential.chain)
    #expect(await server.sightings.wait { $0.closed == 1 })
    identity.remove()
    await server.stop()
  }

  @Test("the alert of a refusal arrives, not a reset", arguments: ["-tls1_2", "-tls1_3"])
  func refusal(version: String) async throws {
    let server = try await Server.start(decision: .reject(.certificateRevoked))
    let identity = try await Identity.make("mallory")
    let result = try await OpenSSL.run(
      arguments(server, [version, "-cert", identity.certificateFile, "-key", identity.keyFile]),
      input: String(repeating: "GET / HTTP/1.1\r\n", count: 100))
    #expect(result.output.contains("alert certificate revoked"))
    #expect(!result.output.contains("reset by peer"))
    identity.remove()
    await server.stop()
  }

  @Test("sessions come back", arguments: ["-tls1_2", "-tls1_3"], [true, false])
  func resumption(version: String, tickets: Bool) async throws {
    let cache = TLSSessionCache(bytes: 1 << 20)
    let server = try await Server.start(greeting: "welcome\n") {
      $0.tickets = tickets
      $0.sessionCache = cache
    }
    let identity = try await Identity.make("alice")
    let session = identity.directory.appendingPathComponent("session").path
    let certificate = [version, "-cert", identity.certificateFile, "-key", identity.keyFile]
    _ = try await sessionRun(server, certificate + ["-sess_out", session])
    #expect(await server.sightings.wait { $0.facts.count == 1 })
    let second = try await sessionRun(server, certificate + ["-sess_in", session])
    #expect(second.output.contains("Reused, "))
    #expect(await server.sightings.wait { $0.facts.last?.isResumed == true })
    #expect(server.sightings.all.facts.last?.peerChain == identity.credential.chain)
    identity.remove()
    await server.stop()
  }

  /// s_client's input stays open until the greeting, and with it the ticket, has come.
  private func sessionRun(_ server: Server, _ more: [String]) async throws -> OpenSSL.Result {
    let drain = Task {
      let before = server.sightings.all.facts.count
      _ = await server.sightings.wait { $0.facts.count > before }
      try? await Task.sleep(for: .milliseconds(150))
      server.registry.drain(isUrgent: true) {}
    }
    defer { drain.cancel() }
    return try await OpenSSL.run(arguments(server, more))
  }

  @Test("an old client is told the version is the trouble")
  func oldVersion() async throws {
    let server = try await Server.start { $0.minimumVersion = .tls1_3 }
    let result = try await OpenSSL.run(arguments(server, ["-tls1_2"]))
    #expect(result.output.contains("alert protocol version"))
    #expect(await server.sightings.wait { $0.errors.first?.sentAlert == .protocolVersion })
    await server.stop()
  }

  @Test("a stapled status is shown")
  func staple() async throws {
    let server = try await Server.start(greeting: "x") {
      $0.credentials[0].ocspResponse = [0x30, 0x03, 0x0A, 0x01, 0x03]
    }
    let result = try await OpenSSL.run(arguments(server, ["-status"]).filter { $0 != "-ign_eof" }, input: "Q\n")
    #expect(result.output.contains("OCSP Response Status: trylater"))
    await server.stop()
  }

  @Test("renegotiation is refused")
  func renegotiation() async throws {
    let server = try await Server.start()
    let result = try await OpenSSL.run(
      arguments(server, ["-tls1_2"]).filter { $0 != "-ign_eof" }, input: "R\nhello\n")
    #expect(result.output.contains("RENEGOTIATING"))
    #expect(await server.sightings.wait { $0.errors.count == 1 || $0.closed == 1 })
    #expect(server.sightings.all.text == "")
    await server.stop()
  }
}
