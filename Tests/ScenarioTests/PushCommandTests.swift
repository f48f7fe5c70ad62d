import Foundation
import Testing

/// `countersign ca push` and what pushes by itself, against gateways of the CA that `countersign` runs.
@Suite("Pushing from the CA's machine")
struct PushCommandTests {
  /// A CA of `countersign`, and gateways that each hold a copy of its first CRL.
  private final class Stand {
    let directory: TemporaryDirectory
    let ports: Ports
    private(set) var gateways: [GatewayProcess] = []

    init(gateways count: Int) throws {
      directory = try TemporaryDirectory()
      ports = try Ports(count)
      try run("ca", "init", "--no-passphrase", "--subject", "CN=Push CA")
      try run("issue", "server", "localhost")
      for name in ["alice", "mallory", "operator"] { try run("issue", "client", name) }
      try run("ca", "crl")
      for index in 0..<count { gateways.append(try start(index)) }
    }

    @discardableResult
    func run(_ arguments: String..., fails: Bool = false) throws -> Run {
      let run = try Program.run(Program.countersign, arguments, directory: directory.path)
      guard run.succeeded != fails else {
        throw GatewayFailure(text: "\(arguments): \(run.status) \(run.output) \(run.errors)")
      }
      return run
    }

    private func start(_ index: Int) throws -> GatewayProcess {
      let folder = try TemporaryDirectory()
      try folder.write("held.crl", directory.text("mtls_certs/ca/ca.crl"))
      let certificates = directory.file("mtls_certs")
      return try GatewayProcess(
        """
        events { }
        http {
          access_log off;
          ssl_client_certificate \(certificates)/ca/ca.crt;
          ssl_crl \(folder.file("held.crl"));
          server {
            listen 127.0.0.1:\(ports[index]) ssl;
            server_name localhost;
            ssl_certificate \(certificates)/server/localhost.crt;
            ssl_certificate_key \(certificates)/server/localhost.key;
            ssl_verify_client optional;
            location / { return 200 "$ssl_client_verify"; }
            location = /crl { ssl_client_allow cn:operator; ssl_crl_push; }
          }
          server { listen unix:@DIR@/admin.sock; location = /crl { ssl_crl_push; } }
        }
        """, in: folder, ports: ports)
    }

    func url(_ index: Int) -> String { "https://localhost:\(ports[index])/crl" }
    func socket(_ index: Int) -> String { "unix:\(gateways[index].directory.file("admin.sock")):/crl" }

    func verify(_ name: String, at index: Int) throws -> String {
      let client = directory.file("mtls_certs/client/\(name)")
      return try Curl(
        port: ports[index], authority: directory.file("mtls_certs/ca/ca.crt"),
        identity: Identity(certificate: client + ".crt", key: client + ".key")
      ).get().body
    }
  }

  @Test("one revoke reaches two gateways that are remembered, over https and over a socket")
  func remembered() throws {
    let stand = try Stand(gateways: 2)
    let client = stand.directory.file("mtls_certs/client/operator")
    try stand.run(
      "ca", "push", "--to", stand.url(0), "--cert", client + ".crt", "--key", client + ".key", "--remember")
    try stand.run("ca", "push", "--to", stand.socket(1), "--remember")
    for index in 0..<2 { #expect(try stand.verify("mallory", at: index) == "SUCCESS") }
    let revoke = try stand.run("revoke", "mallory")
    #expect(revoke.output.components(separatedBy: "in effect").count == 3, "\(revoke.output)")
    for index in 0..<2 {
      #expect(try stand.verify("mallory", at: index).contains("400"))
      #expect(try stand.verify("alice", at: index) == "SUCCESS")
    }
    let again = try stand.run("ca", "push", "--json")
    let outcomes = try #require(
      try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [[String: Any]])
    #expect(outcomes.count == 2)
    #expect(outcomes.allSatisfy { $0["changed"] as? Bool == false && $0["status"] as? Int == 200 })
    #expect(try stand.run("ca", "push", "--list").output == "\(stand.url(0))\n\(stand.socket(1))\n")
    try stand.run("ca", "push", "--forget", stand.url(0))
    #expect(try stand.run("ca", "push", "--list").output == "\(stand.socket(1))\n")
  }

  @Test("one that is down or won't have it is told by name, the others have it, and the exit status is 1")
  func failures() throws {
    let stand = try Stand(gateways: 2)
    let down = "http://127.0.0.1:\(try Ports()[0])/crl"
    // Without the client certificate that the gateway admits.
    let run = try stand.run(
      "revoke", "mallory", "--push", stand.socket(0), "--push", stand.url(1), "--push", down, fails: true)
    #expect(run.status == 1)
    #expect(run.output.contains("\(stand.socket(0)): in effect"))
    #expect(run.errors.contains("\(stand.url(1)): failed: HTTP 403"))
    #expect(run.errors.contains("\(down): failed: no connection"))
    #expect(try stand.verify("mallory", at: 0).contains("400"))
    #expect(try stand.verify("mallory", at: 1) == "SUCCESS")
    // Another CA's gateway certificate is not believed.
    let other = try TestAuthority(in: stand.directory)
    let distrust = try stand.run("ca", "push", "--to", stand.url(1), "--trust", other.certificate, fails: true)
    #expect(distrust.errors.contains("the server's certificate is refused"))
    #expect(try stand.run("ca", "push", fails: true).status == 2)
    #expect(try stand.run("ca", "push", "--to", "ftp://nowhere", fails: true).errors.contains("accepted: https://"))
  }
}
