import Cryptography
import PKI
import Testing

@testable import Authority

/// Each lint's smallest violation, and beside it the nearest that is none.
@Suite("Lints")
struct LintTests {
  private func lint(_ lint: Lint, _ change: (inout LintBench) throws -> Void) throws -> [LintFinding.Severity] {
    var bench = LintBench()
    try change(&bench)
    return try bench.findings(lint)
  }

  @Test("no lint has anything against the bench's own leaf")
  func clean() throws {
    let bench = LintBench(chain: [try LintBench.authority()])
    #expect(Lints.findings(try bench.context()).isEmpty)
  }

  @Test("issuer-is-ca: a certificate not marked as a CA's is warned of, one without keyCertSign refused")
  func issuerIsAuthority() throws {
    func found(_ constraints: BasicConstraints?, _ usage: KeyUsage?) throws -> [LintFinding.Severity] {
      try lint(.issuerIsAuthority) { $0.chain = [try LintBench.authority(constraints: constraints, usage: usage)] }
    }
    #expect(try found(BasicConstraints(isCA: true), .keyCertSign) == [])
    #expect(try found(BasicConstraints(isCA: true), nil) == [])
    #expect(try found(BasicConstraints(isCA: true), .cRLSign) == [.error])
    #expect(try found(BasicConstraints(isCA: false), .keyCertSign) == [.warning])
    #expect(try found(nil, nil) == [.warning])
    #expect(try lint(.issuerIsAuthority) { $0.chain = [] } == [])
  }

  @Test(
    "issuer-path-length: one CA too many below any CA of the chain is refused",
    arguments: [
      ([0], true), ([1], false), ([nil], false), ([nil, 0], true), ([nil, 1], true), ([nil, 2], false),
      ([1, 1], true), ([1, 2], false), ([0, 2], true), ([nil, nil, 2], true), ([nil, nil, 3], false),
    ] as [([Int?], Bool)])
  func pathLength(_ limits: [Int?], isRefused: Bool) throws {
    let chain = try limits.enumerated().map { index, limit in
      try LintBench.authority("CA \(index)", constraints: BasicConstraints(isCA: true, pathLength: limit))
    }
    let found = try lint(.issuerPathLength) {
      $0.isAuthority = true
      $0.chain = chain
    }
    #expect(found.contains(.error) == isRefused)
    // A leaf is no CA, however deep it stands.
    #expect(try lint(.issuerPathLength) { $0.chain = chain } == [])
  }

  @Test("issuer-validity: by one second")
  func issuerValidity() throws {
    let authority = try LintBench.authority()
    func found(now: Int64, until: Int64) throws -> [LintFinding.Severity] {
      try lint(.issuerValidity) {
        $0.chain = [authority]
        $0.now = UnixTime(LintBench.now.seconds + now)
        $0.notAfter = UnixTime(LintBench.now.seconds + until)
      }
    }
    #expect(try found(now: 0, until: 1000) == [])
    #expect(try found(now: 0, until: 1001) == [.error])
    #expect(try found(now: 1000, until: 1000) == [])
    #expect(try found(now: 1001, until: 1000) == [.error])
    #expect(try found(now: -1, until: 1000) == [.error])
  }

  @Test("validity: a moment at least, and not beyond the year 9999")
  func validity() throws {
    let end: Int64 = 253_402_300_799
    #expect(try lint(.validity) { $0.notAfter = $0.notBefore } == [.error])
    #expect(try lint(.validity) { $0.notAfter = UnixTime($0.notBefore.seconds + 1) } == [])
    #expect(try lint(.validity) { $0.notAfter = UnixTime(end) } == [])
    #expect(try lint(.validity) { $0.notAfter = UnixTime(end + 1) } == [.error])
  }

  @Test(
    "key-strength: RSA from 2048 to 8192 bits",
    arguments: [(1024, true), (2047, true), (2048, false), (4096, false), (8192, false), (8193, true)])
  func rsa(bits: Int, isRefused: Bool) throws {
    let key = try LintBench.rsa(bits: bits)
    #expect(key.type == .rsa(bits: bits))
    #expect(try lint(.keyStrength) { $0.publicKey = key } == (isRefused ? [.error] : []))
  }

  @Test("key-strength: curves; Ed25519 is a warning for leaves alone")
  func curves() throws {
    for type in [KeyType.p256, .p384, .p521] {
      #expect(try lint(.keyStrength) { $0.publicKey = try PrivateKey.generate(type).publicKey } == [])
    }
    let edwards = try PrivateKey.generate(.ed25519).publicKey
    #expect(try lint(.keyStrength) { $0.publicKey = edwards } == [.warning])
    #expect(
      try lint(.keyStrength) {
        $0.publicKey = edwards
        $0.isAuthority = true
      } == [])
  }

  @Test("key-type: what the profile accepts, RSA from its size on")
  func keyOfProfile() throws {
    var profile = try ProfileSet.builtIn.profile("server")
    profile.keyTypes = try ["p256", "rsa3072"].map { try #require(KeyTypeRule($0)) }
    func found(_ key: PublicKey) throws -> [LintFinding.Severity] {
      try lint(.keyOfProfile) {
        $0.profile = profile
        $0.publicKey = key
      }
    }
    #expect(try found(PrivateKey.generate(.p256).publicKey) == [])
    #expect(try found(PrivateKey.generate(.p384).publicKey) == [.error])
    #expect(try found(LintBench.rsa(bits: 3071)) == [.error])
    #expect(try found(LintBench.rsa(bits: 3072)) == [])
    #expect(try found(LintBench.rsa(bits: 4096)) == [])
  }

  @Test("key-reuse: the key of any CA above, and one that was compromised")
  func keyReuse() throws {
    let chain = [try LintBench.authority("Other"), try LintBench.authority()]
    let own = try LintBench.authorityKey.get().publicKey
    #expect(try lint(.keyReuse) { $0.chain = chain } == [])
    #expect(
      try lint(.keyReuse) {
        $0.chain = chain
        $0.publicKey = own
      } == [.error])
    #expect(try lint(.keyReuse) { $0.isKeyCompromised = true } == [.error])
  }

  @Test("subject: somebody is named, and it is no CA above")
  func subjectPresence() throws {
    #expect(try lint(.subjectPresence) { $0.subject = "" } == [])
    #expect(
      try lint(.subjectPresence) {
        $0.subject = ""
        $0.names = []
      } == [.error])
    #expect(
      try lint(.subjectPresence) {
        $0.subject = ""
        $0.isAuthority = true
      } == [.error])
    func under(_ subject: String) throws -> [LintFinding.Severity] {
      try lint(.subjectPresence) {
        $0.chain = [try LintBench.authority("Issuing"), try LintBench.authority("Root")]
        $0.subject = subject
      }
    }
    #expect(try under("/O=Test/CN=Root") == [.error])
    #expect(try under("/O=Test/CN=Issuing") == [.error])
    #expect(try under("/O=Test/CN=Root 2") == [])
  }

  @Test(
    "subject-attributes: RFC 5280's upper bounds, to the character",
    arguments: [
      (OID.commonName, 64), (.organizationName, 64), (.organizationalUnitName, 64), (.localityName, 128),
      (.stateOrProvinceName, 128), (.serialNumber, 64), (.emailAddress, 255),
    ])
  func bounds(_ type: OID, limit: Int) throws {
    func found(_ count: Int) throws -> [LintFinding.Severity] {
      try lint(.subjectAttributes) {
        $0.attributes = [AttributeTypeAndValue(type, String(repeating: "a", count: count))]
      }
    }
    #expect(try found(limit) == [])
    #expect(try found(limit + 1) == [.error])
    #expect(try found(0) == [.error])
  }

  @Test(
    "subject-attributes: no character that a reader would not see, no space at an end, a country of two letters",
    arguments: [
      ("ad\u{200B}min", true), ("ad\u{AD}min", true), ("\u{202E}nimda", true), ("ad\u{1F}min", true),
      ("ad\u{7F}min", true), ("ad\u{2028}min", true), ("ad\u{E000}min", true), ("ad\u{3164}min", true),
      (" admin", true), ("admin ", true), ("admin\u{A0}", true), ("ad min", false), ("ädmin", false), ("管理者", false),
    ])
  func invisible(_ text: String, isRefused: Bool) throws {
    let found = try lint(.subjectAttributes) { $0.attributes = [AttributeTypeAndValue(.commonName, text)] }
    #expect(found == (isRefused ? [.error] : []))
  }

  @Test("subject-attributes: a country has two letters", arguments: [("U", true), ("US", false), ("USA", true)])
  func country(_ text: String, isRefused: Bool) throws {
    let found = try lint(.subjectAttributes) { $0.attributes = [AttributeTypeAndValue(.countryName, text)] }
    #expect(found == (isRefused ? [.error] : []))
  }

  @Test("subject-email: an address of the subject that is no alternative name is warned of, of leaves alone")
  func subjectEmail() throws {
    let address = [AttributeTypeAndValue(.emailAddress, "a@example.com")]
    #expect(try lint(.subjectEmail) { $0.attributes = address } == [.warning])
    #expect(
      try lint(.subjectEmail) {
        $0.attributes = address
        $0.names = [.email("a@example.com")]
      } == [])
    #expect(
      try lint(.subjectEmail) {
        $0.attributes = address
        $0.isAuthority = true
      } == [])
  }

  @Test("subject-alternative-name: where the profile demands one")
  func presence() throws {
    var profile = try ProfileSet.builtIn.profile("server")
    for (isDemanded, names, found) in [
      (true, [], [.error]), (true, [.dns("a.example")], []), (false, [], []),
    ] as [(Bool, [RequestedName], [LintFinding.Severity])] {
      profile.requiresAlternativeName = isDemanded
      #expect(
        try lint(.alternativeNamePresence) {
          $0.profile = profile
          $0.names = names
        } == found)
    }
  }

  private static let label = String(repeating: "a", count: 63)
  /// 253 octets.
  private static let longest = [label, label, label, String(label.dropLast(2))].joined(separator: ".")

  @Test(
    "dns-name",
    arguments: [
      ("a", false), (longest, false), (longest + "a", true), (label + ".b", false), (label + "a.b", true), ("", true),
      (".a", true), ("a.", true), ("a..b", true), ("-a.b", true), ("a-.b", true), ("a-b.c", false), ("a_b.c", false),
      ("a b", true), ("ä.b", true), ("a\u{200B}.b", true), ("a/b", true), ("*.a.b", false), ("*.b", true), ("*", true),
      ("a*.b.c", true), ("*a.b.c", true), ("a.*.b", true), ("**.a.b", true),
    ])
  func dns(_ name: String, isRefused: Bool) throws {
    #expect(try lint(.dnsSyntax) { $0.names = [.dns(name)] } == (isRefused ? [.error] : []))
  }

  @Test(
    "email-name",
    arguments: [
      ("a@b", false), ("@b", true), ("a@", true), ("a", true), ("a@b@c", true), ("a b@c", true), ("ä@b", true),
      ("a\u{202E}@b", true), ("<a@b", true), ("a@b c", true), ("a+b@c.d", false),
    ])
  func email(_ address: String, isRefused: Bool) throws {
    #expect(try lint(.emailSyntax) { $0.names = [.email(address)] } == (isRefused ? [.error] : []))
  }

  @Test(
    "uri-name",
    arguments: [
      ("a:b", false), ("a:", true), (":b", true), ("a", true), ("1a:b", true), ("a1+-.:b", false), ("a_:b", true),
      ("a:b c", true), ("a:ä", true), ("a:\u{200B}", true),
    ])
  func uri(_ text: String, isRefused: Bool) throws {
    #expect(try lint(.uriSyntax) { $0.names = [.uri(text)] } == (isRefused ? [.error] : []))
  }

  /// A constraint, what it has, and the nearest that it has not.
  private static let subtrees: [(constraint: String, inside: [RequestedName], outside: [RequestedName])] = [
    ("dns:b.c", [.dns("b.c"), .dns("a.b.c"), .dns("B.C")], [.dns("ab.c"), .dns("c"), .dns("b.cc")]),
    ("email:b.c", [.email("a@b.c"), .email("a@B.c")], [.email("a@a.b.c"), .email("a@ab.c")]),
    ("email:.b.c", [.email("a@a.b.c")], [.email("a@b.c")]),
    ("email:a@b.c", [.email("a@b.c")], [.email("b@b.c")]),
    ("uri:b.c", [.uri("s://b.c/x"), .uri("s://u@b.c:1/x")], [.uri("s://a.b.c/x"), .uri("s://ab.c")]),
    ("uri:.b.c", [.uri("s://a.b.c")], [.uri("s://b.c")]),
    (
      "ip:10.0.0.0/8", [.ip([10, 0, 0, 0]), .ip([10, 255, 255, 255])], [.ip([9, 255, 255, 255]), .ip([11, 0, 0, 0])]
    ),
  ]

  @Test("name-constraints: what is excluded is refused, its nearest neighbour is not", arguments: subtrees.indices)
  func excluded(_ index: Int) throws {
    let row = Self.subtrees[index]
    let chain = [try LintBench.authority(excluded: [row.constraint])]
    for (names, found) in [(row.inside, [.error]), (row.outside, [])] as [([RequestedName], [LintFinding.Severity])] {
      for name in names {
        #expect(
          try lint(.nameConstraints) {
            $0.chain = chain
            $0.names = [name]
          } == found, "\(name)")
      }
    }
  }

  @Test("name-constraints: of a permitted kind only what is permitted, by every CA above", arguments: subtrees.indices)
  func permitted(_ index: Int) throws {
    let row = Self.subtrees[index]
    let chain = [try LintBench.authority("Issuing"), try LintBench.authority(permitted: [row.constraint])]
    for (names, found) in [(row.inside, []), (row.outside, [.error])] as [([RequestedName], [LintFinding.Severity])] {
      for name in names {
        #expect(
          try lint(.nameConstraints) {
            $0.chain = chain
            $0.names = [name]
          } == found, "\(name)")
      }
    }
    // Another kind is none of its business, but for the other family of addresses.
    let other: RequestedName = row.constraint.hasPrefix("ip") ? .dns("z") : .ip([1, 2, 3, 4])
    #expect(
      try lint(.nameConstraints) {
        $0.chain = chain
        $0.names = [other]
      } == [])
  }

  @Test("name-constraints: the subject is a name as well")
  func directoryNames() throws {
    func found(_ subject: String, permitted: [String] = [], excluded: [String] = []) throws -> [LintFinding.Severity] {
      try lint(.nameConstraints) {
        $0.chain = [try LintBench.authority(permitted: permitted, excluded: excluded)]
        $0.subject = subject
        $0.names = []
      }
    }
    #expect(try found("/O=Bad/CN=a", excluded: ["dn:/O=Bad"]) == [.error])
    #expect(try found("/O=Badly/CN=a", excluded: ["dn:/O=Bad"]) == [])
    #expect(try found("/O=Good/CN=a", permitted: ["dn:/O=Good"]) == [])
    #expect(try found("/C=US/O=Good/CN=a", permitted: ["dn:/O=Good"]) == [.error])
    #expect(try found("", permitted: ["dn:/O=Good"]) == [])
  }

  @Test("name-constraints: an excluded name within a permitted tree is refused")
  func both() throws {
    let chain = [try LintBench.authority(permitted: ["dns:b.c"], excluded: ["dns:x.b.c"])]
    for (name, found) in [("x.b.c", [.error]), ("a.x.b.c", [.error]), ("y.b.c", [])]
      as [(String, [LintFinding.Severity])]
    {
      #expect(
        try lint(.nameConstraints) {
          $0.chain = chain
          $0.names = [.dns(name)]
        } == found)
    }
  }

  @Test("every lint is in force")
  func all() {
    let names = [
      "issuer-is-ca", "issuer-path-length", "issuer-validity", "validity", "key-strength", "key-type", "key-reuse",
      "subject", "subject-attributes", "subject-email", "subject-alternative-name", "dns-name", "email-name",
      "uri-name", "name-constraints",
    ]
    #expect(Set(names).isSubset(of: Lints.all.map(\.name)))
  }
}
