import ConfigModel
import ConfigSyntax
import HTTPWire
import PKI
import TLSEngine
import Testing
import Trust

@testable import Gateway

@Suite("Metrics")
struct MetricsTests {
  private static func site(_ content: String, _ shared: GatewayShared) throws -> Site {
    let handlers = ContentHandlers(upstreams: UpstreamRegistry(), shared: shared)
    return try Site(content) { setting, settings, match, compile throws(Diagnostic) in
      try handlers.handler(setting, settings, match, compile)
    }
  }

  @Test("a family is written with its help, its type and one line a sample")
  func family() {
    var family = MetricFamily("things_total", .counter, "Things of a kind.")
    family.add(3, ["kind": "small", "colour": "red"])
    family.add(-1)
    #expect(
      String(decoding: PrometheusText.encode([family]), as: UTF8.self) == """
        # HELP countersign_things_total Things of a kind.
        # TYPE countersign_things_total counter
        countersign_things_total{kind="small",colour="red"} 3
        countersign_things_total -1

        """)
  }

  @Test("backslashes, quotes and line feeds can't end a label or a help text")
  func escaping() {
    var family = MetricFamily("odd", .gauge, "A \\ and a\nline, \"quoted\".")
    family.add(1, ["name": "a\"b\\c\nd é"])
    #expect(
      String(decoding: PrometheusText.encode([family]), as: UTF8.self) == """
        # HELP countersign_odd A \\\\ and a\\nline, "quoted".
        # TYPE countersign_odd gauge
        countersign_odd{name="a\\"b\\\\c\\nd é"} 1

        """)
  }

  @Test("a family without samples is left out, and equal labels stand once")
  func samples() {
    var family = MetricFamily("a", .gauge, "A.")
    #expect(PrometheusText.encode([family]).isEmpty)
    family.add(1, ["name": "x"])
    family.add(2, ["name": "x"])
    #expect(family.samples.map(\.value) == [1])
  }

  @Test("as JSON")
  func json() {
    var family = MetricFamily("odd", .gauge, "A \"help\".")
    family.add(7, ["name": "a\nb", "other": "c"])
    #expect(
      String(decoding: MetricsJSON.encode([family]), as: UTF8.self) == """
        {"metrics":[
        {"name":"countersign_odd","type":"gauge","help":"A \\"help\\".","samples":[{"labels":{"name":"a\\nb","other":"c"},"value":7}]}]}

        """)
  }

  @Test("every family has a unique name of the right form, and loops are added up")
  func report() {
    let shared = GatewayShared()
    let families = MetricsReport(shared).families()
    #expect(Set(families.map(\.name)).count == families.count)
    for family in families {
      #expect(family.name.hasPrefix("countersign_"))
      #expect(family.name.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x5F })
      #expect(family.name.hasSuffix("_total") == (family.kind == .counter))
      #expect(family.help.hasSuffix("."))
    }
    let first = ConnectionCounters()
    let second = ConnectionCounters(ordinal: 1)
    for rule in Rule.allCases { first.count(.refused(rule)) }
    second.count(.refused(.revoked))
    first.count(.handshake(.tls1_3, isResumed: true))
    let totals = CounterTotals([first, second])
    #expect(totals[.refused(.revoked)] == 2)
    #expect(Rule.allCases.allSatisfy { totals[.refused($0)] >= 1 })
    #expect(totals[.handshake(.tls1_3, isResumed: true)] == 1)
    #expect(totals[.handshake(.tls1_3, isResumed: false)] == 0)
  }

  @Test("no two numbers share a cell")
  func cells() {
    var cells: [CounterCell] = [
      .accepted, .active, .idle, .reading, .requests, .verified, .sentNoCertificate, .verdictHits, .verdictMisses,
      .disconnects, .hardVerdicts, .hardVerdictsRefused,
    ]
    for version in HTTPProtocolLabel.allCases {
      cells += StatusClass.allCases.map { CounterCell.response(version, $0) }
    }
    for version in TLSVersion.allCases {
      cells += [.handshake(version, isResumed: false), .handshake(version, isResumed: true)]
    }
    cells += ResumptionRefusal.allCases.map { .resumptionRefused($0) }
    cells += RequestRefusal.allCases.map { .requestRefused($0) }
    cells += Rule.allCases.map { .refused($0) }
    #expect(Set(cells.map(\.index)).count == cells.count)
    #expect(cells.allSatisfy { (0..<CounterCell.count).contains($0.index) })
  }

  @Test("requests are counted by protocol and class of status")
  func requests() throws {
    let counters = ConnectionCounters()
    let wire = try Wire()
    try wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try wire.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n")
    try wire.send("GET / HTTP/1.1\r\n\r\n")
    #expect(wire.counters.value(.response(.http1_1, .success)) == 1)
    #expect(wire.counters.value(.response(.http1_0, .success)) == 1)
    #expect(wire.counters.value(.response(.http1_1, .clientError)) == 1)
    #expect(wire.counters.value(.requests) == 3)
    #expect(counters.value(.requests) == 0)
  }

  @Test("a head that comes in pieces is being read until it is whole, or the client is gone")
  func reading() throws {
    let wire = try Wire()
    #expect(wire.counters.value(.idle) == 1)
    try wire.send("GET / HT")
    #expect(wire.counters.value(.reading) == 1)
    #expect(wire.counters.value(.idle) == 0)
    try wire.send("TP/1.1\r\nHost: a\r\n\r\n")
    #expect(wire.counters.value(.reading) == 0)
    try wire.send("GET / HT")
    wire.close()
    #expect(wire.counters.value(.reading) == 0)
    #expect(wire.counters.totals.openRequests == 0)
  }

  @Test("who was refused a request is counted once, by why")
  func requestRefusals() throws {
    let authority = try TestAuthority()
    let site = try Site(
      """
      server {
        listen 127.0.0.1:8443 ssl; server_name a; ssl_certificate c.pem; ssl_certificate_key k.pem;
        ssl_client_certificate ca.pem; ssl_verify_client on;
        location /deny { ssl_client_deny cn:mallory; } location /allow { ssl_client_allow cn:alice; }
      }
      server { listen 127.0.0.1:8443 ssl; server_name b; ssl_certificate c.pem; ssl_certificate_key k.pem; return 200 b; }
      """)
    let good = try authority.verdict(subject: "/CN=mallory")
    let foreign = try authority.verdict(subject: "/CN=mallory", isOurs: false)
    func counted(_ path: String, host: String = "a", _ verdict: Verdict?) throws -> [RequestRefusal: Int] {
      var known: ClientConnection?
      try site.send(path, host: host) { connection in
        connection.tls = TLSSessionFacts()
        connection.verdict = verdict
        known = connection
      }
      let counters = try #require(known?.counters)
      let counts = RequestRefusal.allCases.map { ($0, counters.value(.requestRefused($0))) }
      return Dictionary(uniqueKeysWithValues: counts.filter { $0.1 != 0 })
    }
    #expect(try counted("/", good).isEmpty)
    #expect(try counted("/", foreign) == [.certificate: 1])
    #expect(try counted("/", nil) == [.noCertificate: 1])
    #expect(try counted("/", host: "b", good) == [.misdirected: 1])
    #expect(try counted("/deny", good) == [.denied: 1])
    #expect(try counted("/allow", good) == [.notAllowed: 1])
  }

  @Test("labels that peers choose can't grow without end")
  func bound() {
    let events = EventCounters()
    for number in 0..<1000 { events.count(.handshakeFailed, "reason \(number)", "none") }
    let counts = events.counts(of: .handshakeFailed)
    #expect(counts.count <= 257)
    #expect(counts.reduce(0) { $0 + $1.count } == 1000)
    #expect(counts.contains { $0.labels == ["other", "other"] })
  }

  @Test("metrics answers GET and HEAD, in either format")
  func handler() throws {
    let site = try Self.site(
      "location /m { metrics; } location /p { metrics prometheus; } location /j { metrics json; }", GatewayShared())
    for path in ["/m", "/p"] {
      let answer = try site.send(path)
      #expect(answer.status == 200)
      #expect(answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(answer.body.contains("\ncountersign_connections_active 0\n"))
      #expect(answer.body.contains("countersign_client_refusals_total{rule=\"revoked\"} 0\n"))
    }
    #expect(try site.send("/j").fields["content-type"] == "application/json")
    #expect(try site.send("/j").body.hasPrefix("{\"metrics\":["))
    #expect(try site.send("/m", method: .head).body.isEmpty)
    #expect(try site.send("/m", method: .post).status == 405)
  }

  @Test("stub_status answers with nginx's page, in a location and in a server")
  func stubStatus() throws {
    let shared = GatewayShared()
    let page = "Active connections: 0 \nserver accepts handled requests\n 0 0 0 \nReading: 0 Writing: 0 Waiting: 0 \n"
    #expect(try Self.site("location /s { stub_status; }", shared).send("/s").body == page)
    let whole = try Self.site("server { listen 127.0.0.1:8080; stub_status; }", shared)
    #expect(try whole.send("/anything").body == page)
    #expect(try whole.send("/anything").fields["content-type"] == "text/plain")
    #expect(try whole.send("/anything", method: .post).status == 405)
  }

  @Test("another format is no format")
  func unknownFormat() {
    #expect(throws: (any Error).self) { try Self.site("location /m { metrics xml; }", GatewayShared()) }
  }
}
