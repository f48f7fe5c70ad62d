import Foundation
import TestSupport
import Testing

@testable import Cryptography

@Suite("PKCS#12")
struct PKCS12Tests {
  /// A self-signed certificate by the openssl command line, with its key.
  private func identity() throws -> (key: PrivateKey, certificate: [UInt8])? {
    guard OpenSSLTool.isInstalled() else { return nil }
    return try OpenSSLTool.withFiles([:]) { directory in
      let made = try OpenSSLTool.run(
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=client",
          "-keyout", "key.pem", "-out", "cert.der", "-outform", "DER", "-days", "10",
        ], in: directory)
      try #require(made.status == 0, "\(made.standardError)")
      let pem = Array(try Data(contentsOf: directory.appendingPathComponent("key.pem")))
      let der = Array(try Data(contentsOf: directory.appendingPathComponent("cert.der")))
      return (try PrivateKey(pem: pem) { nil }, der)
    }
  }

  @Test("what is put in comes out, modern and legacy", arguments: [false, true])
  func roundTrip(legacy: Bool) throws {
    guard let (key, certificate) = try identity() else { return }
    let bytes = try PKCS12.encode(
      key: key, certificate: certificate, chain: [certificate], friendlyName: "client — ä", password: "päss",
      legacy: legacy)
    let contents = try PKCS12.decode(bytes, password: "päss")
    #expect(contents.key?.publicKey == key.publicKey)
    #expect(contents.certificates == [certificate, certificate])
    #expect(contents.friendlyName == "client — ä")
    #expect(throws: CryptographyError.wrongPassphrase) { try PKCS12.decode(bytes, password: "pass") }
  }

  @Test("openssl opens ours and names its algorithms", arguments: [false, true])
  func opensslOpens(legacy: Bool) throws {
    guard let (key, certificate) = try identity() else { return }
    let bytes = try PKCS12.encode(
      key: key, certificate: certificate, chain: [], friendlyName: "client", password: "secret", legacy: legacy)
    try OpenSSLTool.withFiles(["id.p12": bytes]) { directory in
      let arguments = ["pkcs12", "-in", "id.p12", "-info", "-nodes", "-passin", "pass:secret"]
      let output = try OpenSSLTool.run(arguments + (legacy ? ["-legacy"] : []), in: directory)
      #expect(output.status == 0, "\(output.standardError)")
      #expect(output.text.contains("BEGIN PRIVATE KEY") && output.text.contains("friendlyName: client"))
      let wanted = legacy ? "pbeWithSHA1And3-KeyTripleDES-CBC" : "PBES2, PBKDF2, AES-256-CBC"
      #expect(output.standardError.contains(wanted))
      #expect(output.standardError.contains(legacy ? "MAC: sha1" : "MAC: sha256"))
    }
  }

  @Test("NSS opens ours, and we open what NSS writes", arguments: [false, true])
  func nssOpens(legacy: Bool) throws {
    guard OpenSSLTool.isInstalled("pk12util"), let (key, certificate) = try identity() else { return }
    let bytes = try PKCS12.encode(
      key: key, certificate: certificate, chain: [], friendlyName: "client", password: "secret", legacy: legacy)
    try OpenSSLTool.withFiles(["id.p12": bytes]) { directory in
      let database = "sql:\(directory.path)"
      _ = try OpenSSLTool.run(["-N", "-d", database, "--empty-password"], program: "certutil", in: directory)
      let output = try OpenSSLTool.run(
        ["-i", "id.p12", "-d", database, "-W", "secret", "-K", ""], program: "pk12util", in: directory)
      #expect(output.status == 0, "\(output.text) \(output.standardError)")
      let listed = try OpenSSLTool.run(["-K", "-d", database], program: "certutil", in: directory)
      #expect(listed.text.contains("client"))
      let exported = try OpenSSLTool.run(
        ["-o", "out.p12", "-n", "client", "-d", database, "-K", "", "-W", "other"], program: "pk12util", in: directory)
      #expect(exported.status == 0, "\(exported.standardError)")
      let out = Array(try Data(contentsOf: directory.appendingPathComponent("out.p12")))
      #expect(try PKCS12.decode(out, password: "other").key?.publicKey == key.publicKey)
    }
  }

  @Test("containers of openssl open here", arguments: [[], ["-legacy"]])
  func opensOthers(options: [String]) throws {
    guard let (key, certificate) = try identity() else { return }
    let files = [
      "key.pem": key.pkcs8PEM(), "cert.pem": PEMArmour.encode(label: "CERTIFICATE", der: certificate),
    ]
    let bytes = try OpenSSLTool.withFiles(files) { directory in
      let arguments = ["pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-name", "n", "-passout", "pass:x"]
      return try OpenSSLTool.run(arguments + options, in: directory).standardOutput
    }
    let contents = try PKCS12.decode(bytes, password: "x")
    #expect(contents.key?.publicKey == key.publicKey)
    #expect(contents.certificates == [certificate])
    #expect(contents.friendlyName == "n")
  }

  @Test("garbage and truncation are errors", arguments: [0, 1, 2, 40, 200])
  func garbage(count: Int) throws {
    guard let (key, certificate) = try identity() else { return }
    let bytes = try PKCS12.encode(key: key, certificate: certificate, chain: [], friendlyName: "", password: "x")
    #expect(throws: CryptographyError.self) { try PKCS12.decode(Array(bytes.prefix(count)), password: "x") }
    #expect(throws: CryptographyError.self) {
      try PKCS12.decode([UInt8](repeating: 0x30, count: count), password: "x")
    }
  }
}
