import Testing

@testable import Authority

@Suite("Profiles from a file")
struct ProfileFileTests {
  private func parse(_ text: String) throws -> ProfileSet { try ProfileFile(path: "p.json").parse(Array(text.utf8)) }

  @Test("a profile has what the file says and the rest from what it extends")
  func whole() throws {
    let set = try parse(
      """
      {"profiles": {"device": {"extends": "usr_cert", "keyUsage": ["digitalSignature"],
        "extendedKeyUsage": ["clientAuth", "1.3.6.1.4.1.311.20.2.2"],
        "validity": {"default": "90d", "minimum": "1h", "maximum": "398d"}, "keyTypes": ["p256", "rsa3072"],
        "names": {"dns": ["*.example.com"]}, "subject": {"base": "/O=Example", "required": ["O", "CN"]},
        "ocsp": ["http://ca.example.com/ocsp"], "crl": ["http://ca.example.com/ca.crl"]}}}
      """)
    let profile = try set.profile("device")
    #expect(profile.keyUsage == .digitalSignature)
    #expect(profile.validity.usual == 90 * 86_400)
    #expect(profile.validity.maximum == 398 * 86_400)
    #expect(profile.keyTypes.map(\.description) == ["p256", "rsa3072"])
    #expect(profile.names.dns == ["*.example.com"])
    #expect(profile.names.email.isEmpty)
    #expect(profile.folder == .client)
    #expect(profile.keyTypes[1].accepts(.rsa(bits: 4096)))
    #expect(!profile.keyTypes[1].accepts(.rsa(bits: 2048)))
  }

  @Test(
    "what is not understood is named by its place",
    arguments: [
      (#"{"profile": {}}"#, "the file"),
      (#"{"profiles": []}"#, "profiles"),
      (#"{"profiles": {"a": {"maxDays": 1}}}"#, "profiles.a"),
      (#"{"profiles": {"a": {"keyUsage": ["sign"]}}}"#, "profiles.a.keyUsage[0]"),
      (#"{"profiles": {"a": {"keyUsage": ["keyCertSign"]}}}"#, "profiles.a.keyUsage"),
      (#"{"profiles": {"a": {"extendedKeyUsage": ["webServer"]}}}"#, "profiles.a.extendedKeyUsage[0]"),
      (#"{"profiles": {"a": {"validity": {"default": "soon"}}}}"#, "profiles.a.validity.default"),
      (#"{"profiles": {"a": {"validity": {"default": "2d", "maximum": "1d"}}}}"#, "profiles.a.validity"),
      (#"{"profiles": {"a": {"names": {"ip": ["10.0.0.0/99"]}}}}"#, "profiles.a.names.ip[0]"),
      (#"{"profiles": {"a": {"keyTypes": ["rsa1024"]}}}"#, "profiles.a.keyTypes[0]"),
      (#"{"profiles": {"a": {"extends": "b"}}}"#, "profiles.a.extends"),
      (#"{"profiles": {"a/b": {}}}"#, "profiles.a/b"),
      (#"{"profiles": {"a": {"crl": ["ftp://x"]}}}"#, "profiles.a.crl[0]"),
      ("{", "the file"),
    ])
  func refused(_ text: String, _ place: String) {
    let error = #expect(throws: AuthorityError.self) { try parse(text) }
    guard case .profileFile("p.json", place, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("server and client are short for the built-in profiles")
  func short() throws {
    #expect(try ProfileSet.builtIn.profile("server").name == "server_cert")
    #expect(try ProfileSet.builtIn.profile("client").name == "usr_cert")
  }

  @Test(
    "durations are days unless they say otherwise",
    arguments: [("90", 7_776_000), ("1d", 86_400), ("2h", 7200), ("30m", 1800)])
  func durations(_ text: String, _ seconds: Int64) { #expect(ValidityBounds.seconds(text) == seconds) }

  @Test("durations that are none are refused", arguments: ["", "d", "-1d", "0", "1x", "99999999999999999999", "1000y"])
  func noDurations(_ text: String) { #expect(ValidityBounds.seconds(text) == nil) }
}
