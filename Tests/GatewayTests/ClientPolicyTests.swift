import ConfigModel
import Foundation
import PKI
import TLSEngine
import Testing
import Trust
import TrustFeeds

@testable import Gateway

/// One value says whom a server trusts; what must not cross from one policy to another is derived from it.
@Suite("The policy on clients")
struct ClientPolicyTests {
  /// What two servers have in common, and how one of them may differ: by the field of `TLSSettings` that it sets.
  private static let directives: [(setting: String, text: String, other: String)] = [
    ("verifyClient", "ssl_verify_client on;", "ssl_verify_client optional;"),
    ("verifyClientFailure", "ssl_verify_client_failure respond;", "ssl_verify_client_failure continue;"),
    ("verifyDepth", "ssl_verify_depth 1;", "ssl_verify_depth 2;"),
    ("verifyProfile", "ssl_verify_profile compatible;", "ssl_verify_profile strict;"),
    ("verifyChainLimit", "ssl_verify_chain_limit 10;", "ssl_verify_chain_limit 11;"),
    ("clientCertificate", "ssl_client_certificate ca.pem;", "ssl_client_certificate other.pem;"),
    ("spiffeBundles", "ssl_client_spiffe_bundle a.test a.json;", "ssl_client_spiffe_bundle b.test a.json;"),
    ("spiffeBundles", "", "ssl_client_spiffe_bundle c.test c.json;"),
    ("trustedCertificate", "ssl_trusted_certificate trusted.pem;", "ssl_trusted_certificate other.pem;"),
    ("crl", "ssl_crl ca.crl;", "ssl_crl other.crl;"), ("crlCheck", "ssl_crl_check chain;", "ssl_crl_check leaf;"),
    ("crlGrace", "ssl_crl_grace 0;", "ssl_crl_grace 1s;"),
    ("crlTrustedCertificate", "ssl_crl_trusted_certificate a.pem;", "ssl_crl_trusted_certificate b.pem;"),
    ("crlDistributionPoints", "ssl_crl_distribution_points on;", "ssl_crl_distribution_points off;"),
    ("crlHosts", "ssl_crl_hosts a.test;", "ssl_crl_hosts a.test b.test;"), ("ocsp", "ssl_ocsp on;", "ssl_ocsp leaf;"),
    ("ocspResponder", "ssl_ocsp_responder http://a.test/;", "ssl_ocsp_responder http://b.test/;"),
    ("ocspHosts", "ssl_ocsp_hosts a.test;", "ssl_ocsp_hosts b.test;"),
    ("ocspFailure", "ssl_ocsp_failure refuse;", "ssl_ocsp_failure accept;"),
    ("revocationDisconnect", "ssl_revocation_disconnect on;", "ssl_revocation_disconnect off;"),
    ("", "location /own { }", "location /own { ssl_client_certificate own.pem; }"),
  ]

  /// The other fields of `TLSSettings`: they decide how TLS is spoken and what is shown, not who is trusted.
  private static let others: Set<String> = [
    "certificate", "certificateKey", "certificateCache", "passwordFile", "protocols", "ciphers", "preferServerCiphers",
    "ecdhCurve", "sessionTimeout", "sessionCache", "sessionTickets", "sessionTicketKeys", "bufferSize", "earlyData",
    "rejectHandshake", "verifyClientDetail", "authority", "crlCache", "crlRefresh", "crlMaxSize", "stapling",
    "staplingFile", "staplingResponder", "staplingVerify", "keyLog", "certificateCompression", "confCommands",
    "commands", "ocspCache",
  ]

  private let authority: TestAuthority
  init() throws { authority = try TestAuthority() }

  /// - Parameter changed: which directive the second server has differently.
  private func site(changed: Int? = nil) throws -> Site {
    func server(_ name: String, _ changed: Int?) -> String {
      let lines = Self.directives.enumerated().map { $0 == changed ? $1.other : $1.text }
      return """
        server {
          listen 127.0.0.1:8443 ssl; server_name \(name); ssl_certificate c.pem; ssl_certificate_key k.pem;
          \(lines.joined(separator: " ")) location / { return 200 \(name); }
        }
        """
    }
    return try Site(server("a", nil) + server("b", changed))
  }

  private func send(_ site: Site, to host: String, serverName: String?) throws -> Int {
    let verdict = try authority.verdict(subject: "/CN=good")
    return try site.send("/", host: host) { connection in
      var facts = TLSSessionFacts()
      facts.serverName = serverName.map { Array($0.utf8) }
      connection.tls = facts
      connection.verdict = verdict
    }.status
  }

  private func policies(_ site: Site) throws -> (ClientPolicy, ClientPolicy) {
    let listener = site.listener
    return (
      try listener.server(named: Array("a".utf8), for: nil).clientPolicy,
      try listener.server(named: Array("b".utf8), for: nil).clientPolicy
    )
  }

  private func fields(_ value: Any) -> [String: String] {
    let pairs = Mirror(reflecting: value).children.map { field in
      (String(field.label?.drop { $0 == "_" } ?? ""), String(reflecting: field.value))
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  @Test("one setting that differs makes another server of it: 421, and sessions do not cross")
  func oneDifference() throws {
    var seen: Set<String> = []
    for (index, directive) in Self.directives.enumerated() {
      let site = try site(changed: index)
      let (a, b) = try policies(site)
      #expect(a != b, "\(directive.other)")
      #expect(a.digest != b.digest, "\(directive.other)")
      #expect(try send(site, to: "b", serverName: nil) == 421, "\(directive.other)")
      #expect(try send(site, to: "b", serverName: "a") == 421, "\(directive.other)")
      let (of, other) = (fields(a), fields(b))
      seen.formUnion(of.keys.filter { of[$0] != other[$0] })
    }
    #expect(seen == Set(fields(ClientPolicy()).keys), "each field of the policy is set by some directive")
  }

  @Test("equal policies: one Host may follow the other where no name was sent, and not where one was")
  func equal() throws {
    let site = try site()
    let (a, b) = try policies(site)
    #expect(a == b && a.digest == b.digest)
    #expect(try send(site, to: "b", serverName: nil) == 200)
    #expect(try send(site, to: "b", serverName: "a") == 421)
    #expect(try send(site, to: "a", serverName: "a") == 200)
  }

  @Test("every setting of TLS either is part of the policy or is known not to be")
  func complete() {
    let decisive = Set(Self.directives.map(\.setting)).subtracting([""])
    #expect(Set(fields(TLSSettings()).keys) == decisive.union(Self.others))
    #expect(decisive.isDisjoint(with: Self.others))
  }

  @Test("where nobody is asked for a certificate all policies are one")
  func off() throws {
    let site = try Site("ssl_verify_client off; ssl_verify_depth 7; ssl_crl ca.crl; ssl_client_certificate ca.pem;")
    #expect(site.listener.defaultServer.clientPolicy == ClientPolicy())
  }

  @Test("what chains are verified by follows from the policy")
  func verification() {
    var policy = ClientPolicy()
    policy.mode = .on
    policy.depth = 3
    policy.crlGrace = .seconds(60)
    #expect(policy.verification.maximumDepth == 3 && policy.verification.crlGrace == .seconds(60))
    #expect(policy.verification.revocation == .off)
    policy.profile = .strict
    #expect(policy.verification.profile == .strict)
    policy.crlHosts = ["a.test"]
    #expect(policy.verification.revocation == .chain)
    (policy.crlHosts, policy.crls) = (nil, ["ca.crl"])
    #expect(policy.verification.revocation == .chain)
    policy.crlCheck = .leaf
    #expect(policy.verification.revocation == .leaf)
  }

  // MARK: - Servers with their files

  /// A server that trusts what `authorities` says, made ready with its TLS.
  private func server(
    _ directives: String, _ authorities: [String: TestAuthority], depth: Int = 1,
    also: (ServerTLSBuilder) throws -> Void = { _ in }
  ) throws -> Site {
    var files: [String: String] = [:]
    for (name, authority) in authorities { files["\(name).pem"] = authority.rootPEM }
    let own = try authority.issue(subject: "/CN=server")
    files["c.pem"] = String(decoding: own.certificate.pem, as: UTF8.self)
    files["k.pem"] = own.keyPEM
    let text = """
      server {
        listen 127.0.0.1:8443 ssl; server_name a; ssl_certificate c.pem; ssl_certificate_key k.pem;
        ssl_client_certificate api.pem; ssl_verify_client on; ssl_verify_depth \(depth); \(directives)
      }
      """
    return try Site(
      text, files: files,
      tls: { block in
        let builder = ServerTLSBuilder(
          settings: block.tls, locationTrust: LocationTrust(block), name: "a", identity: ["a"], offersHTTP2: false,
          shared: SharedTLSState())
        try also(builder)
        return try ServerTLS(builder)
      })
  }

  @Test("after a reload, a place that several have taken over needs all of them: one that refuses is enough")
  func severalHeirs() throws {
    let (api, admin, other) = (try TestAuthority(), try TestAuthority(), try TestAuthority())
    let authorities = ["api": api, "admin": admin, "other": other]
    let old = try server(
      "location /a { ssl_client_certificate admin.pem; } location /b { ssl_client_certificate admin.pem; }", authorities
    )
    let client = PresentedChain([try admin.issue(subject: "/CN=root").certificate.der])
    /// What the places say of a connection that was made before the reload.
    func isTaken(after directives: String?) throws -> Bool {
      let new = try directives.map { try server($0, authorities) }
      let (before, after) = (old.listener.defaultServer, new?.listener.defaultServer)
      before.tls?.succeeded(by: after?.tls)
      var verdict: Verdict?
      _ = try old.send("/a", host: "a") { connection in
        connection.tls = TLSSessionFacts()
        let judge = before.tls?.state.verifier
        connection.take(judge?.verdict(on: client, at: UnixTime(WallClock.now.seconds)), from: judge)
        verdict = connection.currentVerdict(for: before, under: .location(0))
      }
      return try #require(verdict).isVerified
    }
    let (takes, refuses) = ("ssl_client_certificate admin.pem;", "ssl_client_certificate other.pem;")
    #expect(try isTaken(after: nil))
    #expect(try isTaken(after: "location /a { \(takes) } location /b { \(takes) }"))
    #expect(try !isTaken(after: "location /a { \(takes) } location /b { \(refuses) }"))
    #expect(try !isTaken(after: "location /a { \(refuses) } location /b { \(takes) }"))
    #expect(try !isTaken(after: "location /a { \(takes) } location /b { }"), "the server's own policy refuses there")
  }

  @Test("sessions are bound to the policy and to the CAs in the files; verdicts of one server are none of another's")
  func bindings() throws {
    let (api, other) = (try TestAuthority(), try TestAuthority())
    let sites = [
      try server("", ["api": api]), try server("", ["api": api], depth: 2), try server("", ["api": other]),
      try server("ssl_trusted_certificate more.pem;", ["api": api, "more": other]),
      try server("ssl_trusted_certificate more.pem;", ["api": api, "more": api]),
    ]
    let states = sites.compactMap { $0.listener.defaultServer.tls?.state }
    #expect(Set(states.map(\.context.configuration.policyID)).count == sites.count)
    let client = PresentedChain([try api.issue(subject: "/CN=alice").certificate.der])
    let now = UnixTime(WallClock.now.seconds)
    #expect(states[0].verifier?.verdict(on: client, at: now).isVerified == true)
    #expect(states[0].verifier?.remembered(client.hash, at: now) != nil)
    for state in states.dropFirst() { #expect(state.verifier?.remembered(client.hash, at: now) == nil) }
  }

  @Test("under one configuration sessions end with the CAs in its files, and are their server's alone")
  func sameConfiguration() throws {
    let (api, other) = (try TestAuthority(), try TestAuthority())
    func policyID(_ builder: ServerTLSBuilder) throws -> [UInt8] {
      try ServerTLS(builder).state.context.configuration.policyID
    }
    var (first, again, elsewhere): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    let site = try server("ssl_trusted_certificate more.pem;", ["api": api, "more": api]) { builder in
      (first, again) = (try policyID(builder), try policyID(builder))
      var neighbour = ServerTLSBuilder(
        settings: builder.settings, locationTrust: builder.locationTrust, name: "a", identity: ["b"],
        offersHTTP2: false, shared: builder.shared)
      neighbour.ruleFiles = builder.ruleFiles
      elsewhere = try policyID(neighbour)
    }
    #expect(first == again && first != elsewhere)
    let tls = try #require(site.listener.defaultServer.tls)
    var seen = [first]
    for name in ["more", "api"] {
      try Data(other.rootPEM.utf8).write(to: URL(fileURLWithPath: "\(site.folder)/\(name).pem"), options: .atomic)
      var survey = FileSurvey()
      #expect(tls.intake.refresh(tls, &survey, at: .seconds(seen.count)) == ["\(site.folder)/\(name).pem"])
      seen.append(tls.state.context.configuration.policyID)
    }
    #expect(Set(seen).count == 3, "other CAs in either file")
  }
}
