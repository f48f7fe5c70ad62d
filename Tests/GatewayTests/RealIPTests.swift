import Testing
import Transport

@testable import Gateway

/// The connection comes from 192.0.2.7, port 4711.
@Suite("The client behind proxies")
struct RealIPTests {
  private func ask(
    _ settings: String, _ fields: [(String, String)] = [], source: String? = nil, path: String = "/"
  ) throws -> String {
    let site = try Site(
      settings + """
         location / { return 200 "$remote_addr $remote_port $realip_remote_addr $realip_remote_port"; }
        location /own { set_real_ip_from 192.0.2.7; real_ip_header X-Own; try_files /none @answer; }
        location @answer { return 200 $remote_addr; }
        """)
    return try site.send(path, fields) { connection in
      guard let source else { return }
      connection.proxyProtocol = ProxyProtocolHeader(
        sourceAddress: source, sourcePort: 99, destinationAddress: "198.51.100.9", destinationPort: 443)
    }.body
  }

  @Test(
    "the address of a field is taken from a trusted proxy only",
    arguments: [
      ("set_real_ip_from 192.0.2.0/24;", "203.0.113.5", "203.0.113.5  192.0.2.7 4711"),
      ("set_real_ip_from 192.0.2.7;", "203.0.113.5:80", "203.0.113.5 80 192.0.2.7 4711"),
      ("set_real_ip_from 192.0.2.7;", "2001:db8::1", "2001:db8::1  192.0.2.7 4711"),
      ("set_real_ip_from 192.0.2.7;", "[2001:db8::1]:81", "2001:db8::1 81 192.0.2.7 4711"),
      ("set_real_ip_from 192.0.2.8;", "203.0.113.5", "192.0.2.7 4711 192.0.2.7 4711"),
      ("set_real_ip_from unix:;", "203.0.113.5", "192.0.2.7 4711 192.0.2.7 4711"),
      ("", "203.0.113.5", "192.0.2.7 4711 192.0.2.7 4711"),
      ("set_real_ip_from 0.0.0.0/0;", "nonsense", "192.0.2.7 4711 192.0.2.7 4711"),
      ("set_real_ip_from 0.0.0.0/0;", "203.0.113.5:99999", "192.0.2.7 4711 192.0.2.7 4711"),
    ])
  func field(_ settings: String, _ value: String, _ expected: String) throws {
    #expect(try ask(settings, [("X-Real-IP", value)]) == expected)
  }

  @Test(
    "lists are read from the end: the last address, or recursively the last that is not trusted",
    arguments: [
      (false, ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
      (true, ["198.51.100.1, 203.0.113.5, 192.0.2.9"], "203.0.113.5"),
      (true, ["198.51.100.1,203.0.113.5", "192.0.2.9 , 192.0.2.8"], "203.0.113.5"),
      (false, ["198.51.100.1", "203.0.113.5"], "203.0.113.5"),
      (true, ["192.0.2.1, 192.0.2.2"], "192.0.2.1"),
      (true, ["198.51.100.1, junk, 192.0.2.2"], "192.0.2.2"),
      (true, ["junk"], "192.0.2.7"),
      (true, [" , "], "192.0.2.7"),
    ])
  func lists(_ isRecursive: Bool, _ values: [String], _ expected: String) throws {
    let settings =
      "set_real_ip_from 192.0.2.0/24; real_ip_header X-Forwarded-For; real_ip_recursive \(isRecursive ? "on" : "off");"
    let text = try ask(settings, values.map { ("X-Forwarded-For", $0) })
    #expect(text.split(separator: " ").first.map(String.init) == expected)
  }

  @Test("the PROXY protocol's address comes with its port, and from a trusted proxy only")
  func proxyProtocol() throws {
    let settings = "set_real_ip_from 192.0.2.7; real_ip_header proxy_protocol;"
    #expect(try ask(settings, source: "203.0.113.5") == "203.0.113.5 99 192.0.2.7 4711")
    #expect(try ask(settings) == "192.0.2.7 4711 192.0.2.7 4711")
    #expect(try ask("real_ip_header proxy_protocol;", source: "203.0.113.5") == "192.0.2.7 4711 192.0.2.7 4711")
  }

  @Test("a location may trust other proxies than its server")
  func location() throws {
    #expect(try ask("", [("X-Own", "203.0.113.5")], path: "/own") == "203.0.113.5")
    #expect(
      try ask(
        "set_real_ip_from 192.0.2.7;", [("X-Own", "203.0.113.5"), ("X-Real-IP", "198.51.100.1")], path: "/own")
        == "198.51.100.1")
  }

  @Test("the variables of the PROXY protocol have its fields, and nothing without one")
  func variables() throws {
    let inner: [UInt8] = [0x22, 0, 2, 99, 110]
    let ssl: [UInt8] = [0x20, 0, UInt8(5 + inner.count), 5, 0, 0, 1, 2] + inner
    let names = [
      "addr", "port", "server_addr", "server_port", "tlv_alpn", "tlv_0x01", "tlv_ssl_cn", "tlv_ssl_0x22",
      "tlv_ssl_verify", "tlv_netns", "tlv_0x00ff", "tlv_0x3000", "tlv_nothing",
    ]
    let site = try Site("return 200 '\(names.map { "${proxy_protocol_\($0)}" }.joined(separator: "|"))';")
    #expect(try site.send("/").body == String(repeating: "|", count: names.count - 1))
    let text = try site.send("/") { connection in
      connection.proxyProtocol = ProxyProtocolHeader(
        sourceAddress: "203.0.113.5", sourcePort: 99, destinationAddress: "198.51.100.9", destinationPort: 443,
        extensions: ProxyProtocolExtensions([1, 0, 2, 104, 50] + ssl))
    }.body
    #expect(text == "203.0.113.5|99|198.51.100.9|443|h2|h2|cn|cn|258||||")
    #expect(site.text(of: "error.log").contains("unknown PROXY protocol TLV \"nothing\""))
  }
}
