import Foundation
import Testing

/// `listen … proxy_protocol` with curl's own PROXY header, and with bytes of all kinds.
@Suite("Listening for the PROXY protocol")
struct ProxyProtocolScenarioTests {
  private static func configuration(_ scene: Scene) -> String {
    """
    log_format seen "$remote_addr $remote_port $proxy_protocol_addr";
    access_log @DIR@/seen.log seen;
    set_real_ip_from 127.0.0.0/8;
    real_ip_header proxy_protocol;
    server {
      listen 127.0.0.1:@PORT1@ ssl proxy_protocol;
      listen 127.0.0.1:@PORT2@ proxy_protocol;
      http2 on;
      client_header_timeout 1s;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      location / {
        return 200 "$remote_addr $remote_port $proxy_protocol_addr:$proxy_protocol_port \
    $proxy_protocol_server_addr:$proxy_protocol_server_port $realip_remote_addr";
      }
    }
    """
  }

  @Test("curl's header, before TLS, before HTTP/2 and in the clear")
  func curl() throws {
    let scene = try Scene(ports: 2)
    let gateway = try scene.start(Self.configuration(scene))
    for more in [[], ["--http2"], ["--http1.1"]] {
      let answer = try scene.curl.get("/", ["--haproxy-protocol"] + more)
      let words = answer.body.split(separator: " ")
      #expect(words.first == "127.0.0.1", "\(answer.errors) \(gateway.errorLog)")
      #expect(words.count == 5 && words[2] == "127.0.0.1:\(words[1])" && words[3] == "127.0.0.1:\(scene.ports[0])")
    }
    let plain = try Curl(port: scene.ports[1]).get("/", ["--haproxy-protocol"])
    #expect(plain.status == 200)
    #expect(gateway.isRunning)
  }

  @Test("the client named by the header is the client of requests and logs, by name and by bytes")
  func client() throws {
    let scene = try Scene(ports: 2)
    let gateway = try scene.start(Self.configuration(scene))
    let request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    let first = try RawConnection(port: scene.ports[1])
    first.send("PROXY TCP4 192.0.2.1 198.51.100.1 1234 443\r\n" + request)
    #expect(first.read(until: "127.0.0.1").contains("192.0.2.1 1234 192.0.2.1:1234 198.51.100.1:443 127.0.0.1"))
    let second = try RawConnection(port: scene.ports[1])
    let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
    second.send(signature + [0x21, 0x11, 0, 12, 192, 0, 2, 9, 198, 51, 100, 2, 0, 7, 0, 8] + Array(request.utf8))
    #expect(second.read(until: "127.0.0.1").contains("192.0.2.9 7 192.0.2.9:7 198.51.100.2:8 127.0.0.1"))
    let local = try RawConnection(port: scene.ports[1])
    local.send(signature + [0x20, 0, 0, 0] + Array(request.utf8))
    #expect(local.read(until: ": :").contains("127.0.0.1 "))
    #expect(eventually { scene.directory.text("seen.log").contains("192.0.2.9 7 192.0.2.9\n") })
    #expect(gateway.isRunning)
  }

  @Test("no header, a broken one, a slow one: the connection is closed and the log says why")
  func broken() throws {
    let scene = try Scene(ports: 2)
    let gateway = try scene.start(Self.configuration(scene))
    for port in [scene.ports[0], scene.ports[1]] {
      #expect(try RawConnection.exchange(port: port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").isEmpty)
      #expect(try RawConnection.exchange(port: port, "PROXY TCP4 192.0.2.1 192.0.2.2 1 x\r\n").isEmpty)
      #expect(try RawConnection.exchange(port: port, "PROXY TC").isEmpty)
      let gone = try RawConnection(port: port)
      gone.send("PROXY ")
      gone.endSending()
      #expect(gone.readToEnd().isEmpty)
    }
    #expect(try scene.curl.get().exit != 0)
    for line in [
      "[error]",
      "broken header: \"GET / HTTP/1.1\" while reading PROXY protocol, client: 127.0.0.1, server: 127.0.0.1:",
      "broken header: \"PROXY TCP4 192.0.2.1 192.0.2.2 1 x\"", "client timed out", "client closed connection",
    ] {
      #expect(gateway.errorLog.contains(line), "\(line): \(gateway.errorLog)")
    }
  }

  @Test("a local socket: its clients, its header, a proxy to it, and its file, which goes with the gateway")
  func localSocket() throws {
    let scene = try Scene(ports: 1)
    let configuration = """
      server {
        listen unix:@DIR@/plain.sock;
        set_real_ip_from unix:;
        location / { return 200 "$uri [$remote_addr] [$server_addr]"; }
      }
      server { listen 127.0.0.1:@PORT1@; location /through/ { proxy_pass http://unix:@DIR@/plain.sock:/inner/; } }
      """
    for _ in 0..<2 {
      let gateway = try scene.start(configuration)
      let path = scene.directory.file("plain.sock")
      let direct = try Program.run("curl", ["-sS", "--unix-socket", path, "-H", "X-Real-IP: 192.0.2.1", "http://x/a"])
      #expect(direct.output == "/a [192.0.2.1] [unix:\(path)]", "\(direct.errors)")
      #expect(try Curl(port: scene.ports[0]).get("/through/b").body == "/inner/b [unix:] [unix:\(path)]")
      gateway.stop()
      #expect(!scene.directory.exists("plain.sock"))
    }
  }

  @Test("a connection that has said nothing yet does not hold up the end")
  func end() throws {
    let scene = try Scene(ports: 2)
    let gateway = try scene.start(Self.configuration(scene).replacingOccurrences(of: "timeout 1s", with: "timeout 60s"))
    let waiting = try RawConnection(port: scene.ports[1])
    waiting.send("PROXY ")
    #expect(try Curl(port: scene.ports[1]).get("/", ["--haproxy-protocol"]).status == 200)
    #expect(gateway.stop(SIGQUIT) == 0)
  }
}
