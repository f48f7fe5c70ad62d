import Foundation
import Testing

/// Rubbish from the network and in files: an error, never a crash, and the next client is served.
@Suite("Malformed input")
struct MalformedInputTests {
  @Test("TLS records that are none, truncated or bit-flipped")
  func tlsRecords() throws {
    let scene = try Scene()
    let gateway = try scene.start(ClientProgramTests.server(scene))
    let hello = try Self.clientHello(port: scene.ports[0])
    var generator = SystemRandomNumberGenerator()
    var inputs: [[UInt8]] = [
      [], [0x16], [0x16, 3, 1, 0xff, 0xff], [0x16, 3, 1, 0, 0], [0x80, 0x2e, 1, 0, 2], [0x15, 3, 3, 0, 2, 2, 40],
      [0x17, 3, 3, 0, 1, 0], [UInt8](repeating: 0x16, count: 20_000), [UInt8](repeating: 0, count: 5000),
    ]
    for length in stride(from: 1, to: hello.count, by: 23) { inputs.append(Array(hello[..<length])) }
    for _ in 0..<40 {
      var flipped = hello
      let position = Int.random(in: 0..<flipped.count, using: &generator)
      flipped[position] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
      inputs.append(flipped)
    }
    for input in inputs {
      let connection = try RawConnection(port: scene.ports[0])
      connection.send(input)
      connection.endSending()
      _ = connection.readToEnd()
    }
    let client = try scene.authority.issue("client1")
    #expect(try scene.curl(client).get("/").status == 200)
    #expect(gateway.isRunning)
  }

  /// A real ClientHello: what openssl sends first, as it says itself.
  private static func clientHello(port: Int) throws -> [UInt8] {
    let run = try Program.run("openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-msg", "-tls1_3"], limit: 10)
    guard let start = run.output.range(of: "ClientHello\n") else { return [0x16, 3, 1, 0, 1, 1] }
    var bytes: [UInt8] = []
    for line in run.output[start.upperBound...].split(separator: "\n") {
      guard line.hasPrefix("    ") else { break }
      bytes += line.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
    return [0x16, 3, 1, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + bytes
  }

  @Test("plain HTTP on the TLS port gets nginx's page")
  func plainHTTP() throws {
    let scene = try Scene()
    let gateway = try scene.start(ClientProgramTests.server(scene))
    let answer = try RawConnection.exchange(port: scene.ports[0], "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    #expect(answer.contains("<center>The plain HTTP request was sent to HTTPS port</center>"))
    #expect(gateway.isRunning)
  }

  @Test("HTTP/2 frames that break the rules end the connection, not the gateway")
  func http2Frames() throws {
    let scene = try Scene()
    let gateway = try scene.start("server { listen 127.0.0.1:@PORT1@; http2 on; return 200 ok; }")
    let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    let inputs: [(name: String, bytes: [UInt8])] = [
      ("a frame larger than allowed", [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]),
      ("DATA on stream 0", [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]),
      ("HEADERS on an even stream", [0, 0, 1, 1, 5, 0, 0, 0, 2, 0x82]),
      ("an HPACK index that is not there", [0, 0, 2, 1, 5, 0, 0, 0, 1, 0xff, 0xff]),
      ("CONTINUATION without HEADERS", [0, 0, 1, 9, 4, 0, 0, 0, 1, 0x82]),
      ("SETTINGS of five bytes", [0, 0, 5, 4, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
      ("WINDOW_UPDATE of zero", [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      ("PING of seven bytes", [0, 0, 7, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]),
      ("HEADERS with a pad longer than the frame", [0, 0, 2, 1, 0xd, 0, 0, 0, 1, 200, 0x82]),
    ]
    for input in inputs {
      let connection = try RawConnection(port: scene.ports[0])
      connection.send(preface + settings + input.bytes)
      let answer = connection.readToEnd()
      #expect(answer.contains(7) || answer.contains(3), "\(input.name): neither GOAWAY nor RST_STREAM")
    }
    let flood = try RawConnection(port: scene.ports[0])
    var resets: [UInt8] = []
    for stream in 0..<3000 {
      let number = UInt32(stream * 2 + 1)
      let id = [UInt8(number >> 24), UInt8(number >> 16 & 0xff), UInt8(number >> 8 & 0xff), UInt8(number & 0xff)]
      resets += [0, 0, 4, 1, 5] + id + [0x82, 0x84, 0x86, 0x81] + [0, 0, 4, 3, 0] + id + [0, 0, 0, 8]
    }
    flood.send(preface + settings + resets)
    #expect(!flood.readToEnd().isEmpty)
    let curl = Curl(port: scene.ports[0], authority: nil, identity: nil)
    #expect(try curl.get("/", ["--http2-prior-knowledge"]).body == "ok")
    #expect(gateway.isRunning)
  }

  @Test("heads beyond the limits get 414 and nginx's 400 page")
  func largeHeads() throws {
    let scene = try Scene()
    let gateway = try scene.start("server { listen 127.0.0.1:@PORT1@; return 200 ok; }")
    let long = String(repeating: "a", count: 40_000)
    let target = try RawConnection.exchange(port: scene.ports[0], "GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(target.hasPrefix("HTTP/1.1 414 "))
    let field = try RawConnection.exchange(port: scene.ports[0], "GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n")
    #expect(field.hasPrefix("HTTP/1.1 400 "))
    #expect(field.contains("Request Header Or Cookie Too Large"))
    #expect(gateway.isRunning)
  }

  @Test("configurations that are refused say where and why", arguments: configurations)
  func configuration(text: String, expected: String) throws {
    let directory = try TemporaryDirectory()
    try directory.write("logs/.keep", "")
    try directory.write("gateway.conf", text)
    let run = try Program.run(Program.countersign, ["gateway", "-t", "-p", directory.path, "-c", "gateway.conf"])
    #expect(run.status == 1)
    #expect(run.errors.contains(expected), "\(run.errors)")
    #expect(run.errors.contains("gateway.conf"))
  }

  static let configurations: [(String, String)] = [
    ("events { }\nhttp {\n  server {\n    listen 8080;\n", "gateway.conf:5"),
    ("events { }\nhttp {\n  servr { }\n}\n", "unknown directive \"servr\""),
    (
      "events { }\nhttp { server { listen 8080; ssl_verify_depth; } }\n",
      "invalid number of arguments in \"ssl_verify_depth\""
    ),
    ("events { }\nhttp { server { listen 8080; root a; root b; } }\n", "\"root\" directive is duplicate"),
    ("listen 80;\n", "\"listen\" directive is not allowed here"),
    ("events { }\nhttp { server { listen 127.0.0.1:8443 ssl; } }\n", "no \"ssl_certificate\" is defined"),
    (
      "events { }\nhttp { server { listen 127.0.0.1:8443 ssl; ssl_certificate /nonexistent.crt; ssl_certificate_key /nonexistent.key; } }\n",
      "/nonexistent.crt"
    ),
    ("events { }\nhttp { server { listen 8080; location ~ ( { return 200; } } }\n", "gateway.conf:2"),
    (
      "events { }\nhttp { server { listen 8080; return 200 $nothing_of_the_kind; } }\n",
      "unknown \"nothing_of_the_kind\" variable"
    ),
  ]

  @Test(
    "certificates, keys and CRLs that are none refuse to start, by name",
    arguments: ["certificate", "key", "CA", "CRL"])
  func files(kind: String) throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let bad = try scene.directory.write(
      "bad.pem", "-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIU\n-----END CERTIFICATE-----\n")
    let run = try {
      try GatewayProcess.write(
        """
        events { } http { server {
          listen 127.0.0.1:@PORT1@ ssl;
          ssl_certificate \(kind == "certificate" ? bad : scene.server.certificate);
          ssl_certificate_key \(kind == "key" ? bad : scene.server.key);
          ssl_client_certificate \(kind == "CA" ? bad : scene.authority.certificate);
          ssl_crl \(kind == "CRL" ? bad : scene.authority.crl);
          ssl_verify_client on;
        } }
        """, in: scene.directory, ports: scene.ports)
      return try Program.run(
        Program.countersign, ["gateway", "-t", "-p", scene.directory.path, "-c", "gateway.conf"])
    }()
    #expect(run.status == 1)
    #expect(run.errors.contains(bad), "\(run.errors)")
  }
}
