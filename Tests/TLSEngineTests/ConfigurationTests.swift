import Cryptography
import TLSEngine
import Testing

@Suite("Configurations")
struct ConfigurationTests {
  private func context(_ change: (inout TLSServerConfiguration) -> Void) throws -> TLSServerContext {
    var configuration = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    change(&configuration)
    return try TLSServerContext(configuration)
  }

  @Test(
    "cipher lists of OpenSSL's language are taken, unknown names skipped",
    arguments: [
      "HIGH:!aNULL:!MD5", "DEFAULT", "ALL:@SECLEVEL=0", "DEFAULT@SECLEVEL=1", "EECDH+AESGCM:EDH+AESGCM",
      "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", "AES256-SHA:@STRENGTH",
      "ECDHE-ECDSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256",
      "HIGH:!aNULL:!eNULL:!EXPORT:!CAMELLIA:!DES:!MD5:!PSK:!RC4",
      "PROFILE=SYSTEM", "SUITEB128", "SUITEB192",
      "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]:ECDHE+AES",
      "ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-GCM-SHA256", "kEDH+AESGCM:ECDH+AES256",
    ])
  func ciphers(list: String) throws {
    _ = try context { $0.cipherList = list }
  }

  @Test(
    "a cipher list that leaves nothing is an error", arguments: ["DHE-RSA-AES128-GCM-SHA256", "NONSENSE", "HIGH:!ALL"])
  func noCiphers(list: String) throws {
    #expect(throws: TLSConfigurationError.noUsableCipher(list: list)) { try context { $0.cipherList = list } }
  }

  @Test("TLS 1.3 suites alone are no list, unless TLS 1.3 is all there is")
  func onlyTLS13() throws {
    let list = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    #expect(throws: TLSConfigurationError.noUsableCipher(list: list)) { try context { $0.cipherList = list } }
    _ = try context {
      $0.cipherList = list
      $0.minimumVersion = .tls1_3
    }
  }

  @Test(
    "groups go by OpenSSL's and the registry's names",
    arguments: ["auto", "X25519:prime256v1", "X25519MLKEM768:P-256:secp384r1:P-521", "x25519:x448:?nothing"])
  func groups(list: String) throws {
    _ = try context { $0.groups = list }
  }

  @Test("an unknown group is named")
  func unknownGroup() throws {
    #expect(throws: TLSConfigurationError.unknownGroup(name: "prime123")) {
      try context { $0.groups = "X25519:prime123" }
    }
  }

  @Test("faults are named by the field")
  func faults() throws {
    #expect(throws: TLSConfigurationError.noCredential) { try context { $0.credentials = [] } }
    #expect(throws: TLSConfigurationError.emptyChain(credential: 0)) { try context { $0.credentials[0].chain = [] } }
    #expect(throws: TLSConfigurationError.emptyVersionRange) { try context { $0.maximumVersion = .tls1_0 } }
    #expect(throws: TLSConfigurationError.invalidTicketKeyLength(index: 1, length: 47)) {
      try context { $0.ticketKeys = [.init(repeating: 1, count: 48), .init(repeating: 1, count: 47)] }
    }
    #expect(throws: TLSConfigurationError.invalidPolicyID(length: 3)) { try context { $0.policyID = [1, 2, 3] } }
    #expect(throws: TLSConfigurationError.invalidProtocolName("")) { try context { $0.alpn = [""] } }
  }

  @Test("a key that is not the certificate's is refused")
  func mismatch() throws {
    let other = try PrivateKey.generate(.p256)
    let error = #expect(throws: TLSConfigurationError.self) { try context { $0.credentials[0].key = other } }
    guard case .keyMismatch(credential: 0, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a certificate that cannot be read is refused")
  func unreadable() throws {
    let error = #expect(throws: TLSConfigurationError.self) { try context { $0.credentials[0].chain = [[1, 2, 3]] } }
    guard case .unusableCertificate(credential: 0, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a set of versions with a hole keeps its newest run")
  func versionSets() {
    #expect(TLSVersion.newestRange(of: [.tls1_0, .tls1_2, .tls1_3]) == .tls1_2 ... .tls1_3)
    #expect(TLSVersion.newestRange(of: [.tls1_2]) == .tls1_2 ... .tls1_2)
    #expect(TLSVersion.newestRange(of: []) == nil)
  }
}
