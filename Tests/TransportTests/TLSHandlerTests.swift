import NIOCore
import TLSEngine
import Testing
import Transport

@Suite("TLS over sockets", .enabled(if: OpenSSL.isInstalled), .timeLimit(.minutes(1)))
struct TLSHandlerTests {
  @Test("our client and our server agree, echo, and close in order")
  func echo() async throws {
    let server = try await Server.start()
    let seen = Sightings()
    let channel = try await server.connect(seen: seen, credentials: [server.identity.credential])
    let payload = ByteBuffer(repeating: 0x61, count: 1_000_000)
    try await channel.writeAndFlush(payload)
    #expect(await seen.wait { $0.bytes == 1_000_000 })
    #expect(server.sightings.all.facts.first?.peerChain == server.identity.credential.chain)
    #expect(seen.all.facts.first?.version == .tls1_3)
    try await channel.close()
    #expect(await server.sightings.wait { $0.closed == 1 })
    #expect(server.sightings.all.ends == [true])
    await server.stop()
  }

  @Test("an end of the transport without close_notify is told as such")
  func truncation() async throws {
    let server = try await Server.start()
    let seen = Sightings()
    let channel = try await server.connect(seen: seen)
    let handler = try await channel.pipeline.handler(type: TLSHandler.self).map {
      NIOLoopBound($0, eventLoop: channel.eventLoop)
    }.get()
    channel.eventLoop.execute {
      channel.pipeline.syncOperations.removeHandler(handler.value).whenComplete { _ in channel.close(promise: nil) }
    }
    #expect(await server.sightings.wait { $0.closed == 1 })
    #expect(server.sightings.all.ends == [false])
    await server.stop()
  }

  @Test("plain HTTP on the port is handed over as it came")
  func plaintext() async throws {
    let server = try await Server.start()
    let seen = Sightings()
    let loop = server.loops.group.next()
    let port = server.port
    let channel = try await loop.flatSubmit {
      Connector.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: port), timeout: .seconds(5), on: loop) {
        try $0.pipeline.syncOperations.addHandler(Application(seen, echoes: false))
      }
    }.get()
    try await channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.0\r\n\r\n"))
    #expect(await seen.wait { $0.text == "plain" && $0.closed == 1 })
    #expect(server.sightings.all.plaintext == ["GET / HTTP/1.0\r\n\r\n"])
    await server.stop()
  }

  @Test("a handshake that takes too long is ended")
  func handshakeTimeout() async throws {
    var options = TLSHandlerOptions()
    options.handshakeTimeout = .milliseconds(50)
    let server = try await Server.start(options: options)
    let seen = Sightings()
    let loop = server.loops.group.next()
    let port = server.port
    _ = try await loop.flatSubmit {
      Connector.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: port), timeout: .seconds(5), on: loop) {
        try $0.pipeline.syncOperations.addHandler(Application(seen, echoes: false))
      }
    }.get()
    #expect(await seen.wait { $0.closed == 1 })
    #expect(server.sightings.all.errors == [.handshakeTimedOut])
    await server.stop()
  }

  @Test("a client whose server is not trusted fails with its own refusal")
  func clientRefuses() async throws {
    let server = try await Server.start()
    await #expect(throws: TLSError.peerRefused(.unknownCA)) {
      _ = try await server.connect(seen: Sightings(), decision: .reject(.unknownCA))
    }
    #expect(await server.sightings.wait { $0.errors == [.alertReceived(.unknownCA)] })
    await server.stop()
  }

  @Test("sessions are resumed from connection to connection")
  func resumption() async throws {
    let server = try await Server.start(greeting: "hello")
    let context = try TLSClientContext(TLSClientConfiguration())
    for expected in [false, true] {
      let seen = Sightings()
      let channel = try await server.connect(seen: seen, sessions: context)
      #expect(await seen.wait { $0.text == "hello" })
      #expect(seen.all.facts.first?.isResumed == expected)
      try await channel.close()
    }
    await server.stop()
  }

  @Test("a server that does not read holds its client back")
  func backPressure() async throws {
    let server = try await Server.start(echoes: false)
    let seen = Sightings()
    let channel = try await server.connect(seen: seen)
    #expect(await server.sightings.wait { $0.facts.count == 1 })
    server.registry.forEach { $0.setOption(.autoRead, value: false).whenComplete { _ in } }
    try await Task.sleep(for: .milliseconds(50))
    let written = channel.eventLoop.makePromise(of: Void.self)
    channel.writeAndFlush(ByteBuffer(repeating: 0, count: 32 << 20), promise: written)
    // Sealing so much takes its time on a busy machine.
    for _ in 0..<400 where channel.isWritable { try await Task.sleep(for: .milliseconds(50)) }
    #expect(server.sightings.all.bytes < 4 << 20)
    #expect(!channel.isWritable)
    server.registry.forEach { $0.setOption(.autoRead, value: true).whenComplete { _ in } }
    try await written.futureResult.get()
    #expect(await server.sightings.wait { $0.bytes == 32 << 20 })
    await server.stop()
  }

  @Test("a verdict that comes later completes the handshake, or ends it")
  func lateVerdict() async throws {
    for decision in [PeerDecision.accept, .reject(.certificateExpired)] {
      let server = try await Server.start(late: decision)
      let seen = Sightings()
      let channel = try await server.connect(seen: seen, credentials: [server.identity.credential])
      // A refused client may find its connection closed before it writes.
      let wrote: Void? = try? await channel.writeAndFlush(ByteBuffer(string: "ping"))
      if decision == .accept {
        #expect(wrote != nil)
        #expect(await seen.wait { $0.text == "ping" })
      } else {
        #expect(await seen.wait { $0.errors == [.alertReceived(.certificateExpired)] })
      }
      await server.stop()
    }
  }

  @Test("a slow reader gets everything that was written before the close")
  func slowReader() async throws {
    var options = TLSHandlerOptions()
    options.closeTimeout = .seconds(60)
    let text = String(repeating: "x", count: 12 << 20)
    let server = try await Server.start(options: options, greeting: text, closes: true)
    let seen = Sightings()
    let channel = try await server.connect(seen: seen, autoRead: false)
    for _ in 0..<20_000 where seen.all.closed == 0 {
      channel.read()
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(seen.all.bytes == text.utf8.count)
    #expect(seen.all.ends == [true])
    await server.stop()
  }

  @Test("a reader that takes nothing is cut off")
  func stalledReader() async throws {
    var options = TLSHandlerOptions()
    options.closeTimeout = .milliseconds(100)
    let server = try await Server.start(
      options: options, greeting: String(repeating: "x", count: 32 << 20), closes: true)
    _ = try await server.connect(seen: Sightings(), autoRead: false)
    #expect(await server.sightings.wait { $0.closed == 1 })
    await server.stop()
  }

  @Test("a side may be closed alone, and the other goes on")
  func halfClose() async throws {
    var options = TLSHandlerOptions()
    options.closesWithPeer = false
    var listening = ListenerOptions()
    listening.allowsHalfClosure = true
    let server = try await Server.start(options: options, listening: listening)
    let seen = Sightings()
    let channel = try await server.connect(seen: seen)
    channel.write(ByteBuffer(string: "last words"), promise: nil)
    try await channel.close(mode: .output)
    #expect(await seen.wait { $0.text == "last words" })
    #expect(server.sightings.all.ends == [true])
    #expect(server.sightings.all.closed == 0)
    server.registry.closeAll()
    #expect(await seen.wait { $0.closed == 1 && $0.ends == [true] })
    await server.stop()
  }

  @Test("a channel that closes sends all it was given")
  func closeAfterWrites() async throws {
    let server = try await Server.start(echoes: false)
    let seen = Sightings()
    let channel = try await server.connect(seen: seen)
    channel.write(ByteBuffer(repeating: 1, count: 8 << 20), promise: nil)
    try await channel.close()
    #expect(await server.sightings.wait { $0.closed == 1 })
    #expect(server.sightings.all.bytes == 8 << 20)
    #expect(server.sightings.all.ends == [true])
    await server.stop()
  }
}
