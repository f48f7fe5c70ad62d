import Foundation
import Testing

/// `countersign verify` with the real program: what it prints and how it ends.
@Suite("countersign verify")
struct VerifyCommandTests {
  let directory: TemporaryDirectory
  let authority: TestAuthority
  let client: Identity

  init() throws {
    directory = try TemporaryDirectory()
    authority = try TestAuthority(in: directory)
    client = try authority.issue("alice")
  }

  private func verify(_ arguments: String..., input: String = "") throws -> Run {
    try Program.run(Program.countersign, ["verify"] + arguments, input: input)
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private func object(_ text: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("a good client certificate is valid, with its path, and the exit code is 0")
  func valid() throws {
    let run = try verify("--trust", authority.certificate, "--", client.certificate)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.first == "valid")
    #expect(lines.count == 3)
    #expect(lines[1].contains("0  CN=alice,O=Test  serial "))
    #expect(lines[2].contains("1  CN=ca CA,O=Test"))
  }

  @Test("SPIFFE IDs are judged by the bundle of their trust domain")
  func spiffeBundle() throws {
    let workload = try authority.issue("web", names: "URI:spiffe://prod.test/web").certificate
    let good = try verify("--spiffe-bundle", "prod.test=\(authority.certificate)", "--", workload)
    #expect(good.status == 0, "\(good.output) \(good.errors)")
    let foreign = try verify(
      "--trust", authority.certificate, "--spiffe-bundle", "other.test=\(authority.certificate)", "--", workload)
    #expect(foreign.status == 1)
    #expect(foreign.output.contains("[unknownTrustDomain]"))
    let classic = try verify(
      "--spiffe-bundle", "prod.test=\(authority.certificate)", "--",
      try authority.issue("x", names: "DNS:x.test").certificate)
    #expect(classic.status == 1)
    #expect(try verify("--spiffe-bundle", "prod.test", "--", workload).status == 2)
  }

  @Test("a refusal names the rule and OpenSSL's words, and the exit code is 1")
  func refused() throws {
    let run = try verify(
      "--trust", authority.certificate, "--at", "2099-01-01T00:00:00Z", "--", client.certificate)
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.output.hasPrefix("refused\n"))
    #expect(run.output.contains("certificate has expired [expired]: CN=alice,O=Test"))
    #expect(run.output.contains("$ssl_client_verify would be FAILED:certificate has expired"))
  }

  @Test("--json carries verdict, rule and path")
  func json() throws {
    let good = try verify("--trust", authority.certificate, "--json", "--", client.certificate)
    let valid = try object(good.output)
    #expect(valid["verdict"] as? String == "valid")
    #expect(valid["ssl_client_verify"] as? String == "SUCCESS")
    let path = try #require(valid["path"] as? [[String: Any]])
    #expect(path.map { $0["subject"] as? String } == ["CN=alice,O=Test", "CN=ca CA,O=Test"])

    let bad = try verify("--trust", authority.certificate, "--json", "--purpose", "server", "--", client.certificate)
    #expect(bad.status == 1)
    let refused = try object(bad.output)
    #expect(refused["verdict"] as? String == "refused")
    #expect(refused["rule"] as? String == "purpose")
    #expect((refused["findings"] as? [[String: Any]])?.first?["depth"] as? Int == 0)
  }

  @Test("with --crl a revoked certificate is refused, and so is one whose CA has no CRL there")
  func revocation() throws {
    let mallory = try authority.issue("mallory")
    try authority.revoke(mallory)
    try authority.writeCRL()
    let other = try TestAuthority("other", in: directory)
    try other.writeCRL()
    func rule(_ identity: Identity, crl: String) throws -> String? {
      let run = try verify(
        "--trust", authority.certificate, "--crl", crl, "--json", "--", identity.certificate)
      return try object(run.output)["rule"] as? String
    }
    #expect(try rule(client, crl: authority.crl) == nil)
    #expect(try rule(mallory, crl: authority.crl) == "revoked")
    #expect(try rule(client, crl: other.crl) == "crlMissing")
  }

  @Test("--profile strict asks more than the default, alone and in batches")
  func profile() throws {
    // keyEncipherment is nothing for a key on P-256 to do (RFC 8813); RSA does it.
    let conforming = try authority.issue("rsa", kind: "rsa:2048")
    func run(_ profile: String, _ identity: Identity) throws -> Run {
      try verify("--trust", authority.certificate, "--profile", profile, "--", identity.certificate)
    }
    #expect(try run("compatible", client).status == 0)
    #expect(try run("strict", conforming).status == 0)
    let refused = try run("strict", client)
    #expect(refused.status == 1)
    #expect(refused.output.contains("[nonconforming]"))
    #expect(
      refused.output.contains("keyUsage.key: keyEncipherment for P-256 (RFC 3279 §2.3, RFC 8813 §3, RFC 9295 §3)"))
    let unknown = try run("lax", client)
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("known: compatible, strict"))

    let (trust, good) = (try text(authority.certificate), try text(client.certificate))
    let lines = try ["compatible", "strict", "lax", nil].map { profile in
      var entry: [String: Any] = ["id": profile ?? "none", "cert": good, "trust": [trust], "purpose": "client"]
      entry["profile"] = profile
      return String(decoding: try JSONSerialization.data(withJSONObject: entry), as: UTF8.self)
    }
    let batch = try verify("--batch", "-", input: lines.joined(separator: "\n"))
    let answers = try batch.output.split(separator: "\n").map(object)
    #expect(answers.map { $0["verdict"] as? String } == ["valid", "refused", "error", "valid"])
    #expect(answers[1]["rule"] as? String == "nonconforming")
    #expect((answers[1]["detail"] as? String)?.hasPrefix("keyUsage.key: ") == true)
  }

  @Test("--profile strict judges a server's wildcards by the list of public suffixes of this machine")
  func wildcards() throws {
    func run(_ names: String, _ commonName: String) throws -> Run {
      let server = try authority.issue(commonName, .server, kind: "rsa:2048", names: names)
      return try verify(
        "--trust", authority.certificate, "--purpose", "server", "--profile", "strict", "--", server.certificate)
    }
    let named = try run("DNS:a.example.com", "a.example.com")
    #expect(named.status == 0, "\(named.output)")
    let hasList = FileManager.default.fileExists(atPath: "/usr/share/publicsuffix/public_suffix_list.dat")
    let below = try run("DNS:*.example.co.uk", "*.example.co.uk")
    #expect(below.status == (hasList ? 0 : 1), "\(below.output)")
    #expect(below.output.contains("package publicsuffix") == !hasList)
    let suffix = try run("DNS:*.co.uk", "*.co.uk")
    #expect(suffix.status == 1)
    #expect(suffix.output.contains("[serverProfile]"))
  }

  @Test("a server's names are checked: --host, --ip, and not both")
  func names() throws {
    let server = try authority.issue("localhost", .server)
    let cases: [(option: String, value: String, status: Int32)] = [
      ("--host", "www.example.com", 0), ("--host", "a.b.example.com", 1), ("--ip", "127.0.0.1", 0),
      ("--ip", "127.0.0.2", 1), ("--ip", "nonsense", 2),
    ]
    for (option, value, status) in cases {
      let run = try verify("--trust", authority.certificate, option, value, "--", server.certificate)
      #expect(run.status == status, "\(option) \(value): \(run.output)\(run.errors)")
    }
    let both = try verify(
      "--trust", authority.certificate, "--host", "a", "--ip", "::1", "--", server.certificate)
    #expect(both.status == 2)
  }

  @Test("bad input ends with 2 and says what is wrong on standard error")
  func badInput() throws {
    let damaged = try directory.write("damaged.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    let cases: [(arguments: [String], message: String)] = [
      (["--trust", authority.certificate], "a certificate is missing"),
      ([client.certificate], "--trust is missing"),
      (["--trust", directory.file("none.crt"), "--", client.certificate], "No such file"),
      (["--trust", authority.certificate, "--", damaged], "not a certificate"),
      (["--trust", authority.certificate, "--purpose", "love", "--", client.certificate], "client, server, any"),
      (["--trust", authority.certificate, "--at", "noon", "--", client.certificate], "2026-11-21T12:00:00Z"),
      (["--trust", authority.certificate, "--policy", "x.y", "--", client.certificate], "is no OID"),
      (["--batch", directory.file("none.jsonl")], "No such file"),
    ]
    for (arguments, message) in cases {
      let run = try Program.run(Program.countersign, ["verify"] + arguments)
      #expect(run.status == 2, "\(arguments)")
      #expect(run.errors.contains(message), "\(arguments): \(run.errors)")
      #expect(run.output.isEmpty)
    }
  }

  @Test("a batch answers each line; a malformed certificate is a refusal of its case and not the end")
  func batch() throws {
    let (trust, good) = (try text(authority.certificate), try text(client.certificate))
    let garbage = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
    let cases: [[String: Any]] = [
      ["id": "good", "cert": good, "trust": [trust], "purpose": "client"],
      ["id": "expired", "cert": good, "trust": [trust], "at": "2099-01-01T00:00:00Z"],
      ["id": "malformed", "cert": garbage, "trust": [trust]],
      ["id": "no PEM", "cert": "nothing", "trust": [trust]],
      ["id": "malformed anchor", "cert": good, "trust": [garbage]],
      ["id": "malformed CRL", "cert": good, "trust": [trust], "crl": ["nothing"]],
      ["id": "required", "cert": good, "trust": [trust], "revocation": "required"],
      ["id": "if-present", "cert": good, "trust": [trust], "revocation": "if-present"],
      ["id": "wrong value", "cert": good, "trust": [trust], "revocation": "perhaps"],
      ["id": "last", "cert": good, "trust": [trust]],
    ]
    var lines = try cases.map { String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self) }
    lines.insert("{ not JSON", at: 2)
    lines.insert("{\"id\": \"no certificate\"}", at: 3)
    let run = try verify("--batch", "-", input: lines.joined(separator: "\n") + "\n\n")
    #expect(run.status == 0, "\(run.errors)")
    let answers = try run.output.split(separator: "\n").map(object)
    let expected: [(id: String?, verdict: String, rule: String?)] = [
      ("good", "valid", nil), ("expired", "refused", "expired"), (nil, "error", nil),
      ("no certificate", "error", nil), ("malformed", "refused", "malformedCertificate"),
      ("no PEM", "refused", "malformedCertificate"), ("malformed anchor", "refused", "malformedCertificate"),
      ("malformed CRL", "refused", "malformedCRL"), ("required", "refused", "crlMissing"),
      ("if-present", "valid", nil), ("wrong value", "error", nil), ("last", "valid", nil),
    ]
    #expect(answers.count == expected.count)
    for (answer, expected) in zip(answers, expected) {
      #expect(answer["id"] as? String == expected.id)
      #expect(answer["verdict"] as? String == expected.verdict, "\(answer)")
      #expect(answer["rule"] as? String == expected.rule, "\(answer)")
    }
  }

  @Test("a batch puts up with what JSON and PEM allow, and answers what they do not")
  func oddBatch() throws {
    let (trust, good) = (try text(authority.certificate), try text(client.certificate))
    let around = "subject=anything\r\n" + good.replacingOccurrences(of: "\n", with: "\r\n") + "\r\nbehind"
    let nested = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    let base: [String: Any] = ["cert": good, "trust": [trust], "purpose": "client"]
    func with(_ id: Any, _ change: [String: Any]) -> [String: Any] {
      base.merging(change.merging(["id": id]) { a, _ in a }) { _, b in b }
    }
    let cases = [
      with(7, [:]), with("text around, CRLF", ["cert": around]), with("no trust", ["trust": [String]()]),
      with("unknown fields", ["x": ["y": [1, 2.5, true]], "crl": [String]()]),
      with("long", ["comment": String(repeating: "x", count: 5_000_000)]),
      with("null", ["at": NSNull(), "depth": NSNull()]),
      with("deep", ["depth": Int.max]), with("negative", ["depth": -1]), with("fraction", ["depth": 1.5]),
      with("list for a text", ["at": ["2026-01-01T00:00:00Z"]]), with("text for a list", ["trust": trust]),
      with("two names", ["host": "a.test", "ip": "192.0.2.1"]), with("no address", ["ip": "300.1.1.1"]),
      with("bracketed", ["host": "[::1]"]), with("wildcard wanted", ["host": "*.test"]),
      with("time without zone", ["at": "2026-01-01T00:00:00"]), with("offset", ["at": "2099-01-01T01:00:00+01:00"]),
      with("several in cert", ["cert": good + trust]),
      with("key in cert", ["cert": "-----BEGIN X-----\nAAAA\n-----END X-----\n"]),
      with("unterminated", ["cert": String(good.dropLast(40))]),
    ]
    var lines = try cases.map { String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self) }
    lines.append("{\"id\": \"nested\", \"cert\": \"\", \"x\": \(nested)}")
    lines.append("[]")
    lines.append("\"text\"")
    let run = try verify("--batch", "-", input: lines.joined(separator: "\r\n"))
    #expect(run.status == 0, "\(run.errors)")
    let answers = try run.output.split(separator: "\n").map(object)
    let verdicts = answers.map { "\($0["verdict"] ?? "") \($0["rule"] ?? "-")" }
    #expect(answers.first?["id"] as? Int == 7)
    #expect(
      verdicts == [
        "valid -", "valid -", "refused unknownIssuer", "valid -", "valid -", "valid -", "valid -", "error -", "error -",
        "error -", "error -", "error -", "error -", "refused addressMismatch", "refused hostMismatch", "error -",
        "refused expired", "valid -", "refused malformedCertificate", "refused malformedCertificate",
        "refused malformedCertificate", "error -", "error -",
      ])
  }

  @Test("a batch comes from a file as well, and no certificate may stand beside it")
  func batchFile() throws {
    let line = try JSONSerialization.data(withJSONObject: [
      "id": "1", "cert": try text(client.certificate), "trust": [try text(authority.certificate)],
    ])
    let file = try directory.write("cases.jsonl", Array(line))
    let run = try verify("--batch", file)
    #expect(run.status == 0)
    #expect(try object(run.output)["verdict"] as? String == "valid")
    #expect(try verify("--batch", file, "--", client.certificate).status == 2)
  }
}
