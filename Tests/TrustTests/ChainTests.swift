import Cryptography
import Foundation
import PKI
import Testing

@testable import Trust

/// One fixture a fault; the words are OpenSSL's, as nginx shows them.
@Suite("Chains")
struct ChainTests {
  struct Fault: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var text: String
    var make: @Sendable () throws -> Verdict
  }

  static let faults: [Fault] = [
    Fault(testDescription: "nothing is wrong", text: "SUCCESS") {
      let root = try Holder.root()
      return try judge([root.client()], trust: [root])
    },
    Fault(testDescription: "expired leaf", text: "FAILED:certificate has expired") {
      let root = try Holder.root()
      return try judge([root.client { $0.notAfter = UnixTime(now.seconds - 1) }], trust: [root])
    },
    Fault(testDescription: "leaf not yet valid", text: "FAILED:certificate is not yet valid") {
      let root = try Holder.root()
      return try judge([root.client { $0.notBefore = UnixTime(now.seconds + 1) }], trust: [root])
    },
    Fault(testDescription: "expired root", text: "FAILED:certificate has expired") {
      let root = try Holder.root { $0.notAfter = UnixTime(now.seconds - 1) }
      return try judge([root.client()], trust: [root])
    },
    Fault(testDescription: "unknown CA", text: "FAILED:unable to verify the first certificate") {
      try judge([Holder.root("Other").client()], trust: [Holder.root()])
    },
    Fault(testDescription: "unknown CA that came along", text: "FAILED:self-signed certificate in certificate chain") {
      let other = try Holder.root("Other")
      return try judge([other.client(), other], trust: [Holder.root()])
    },
    Fault(testDescription: "unknown CA with its intermediate", text: "FAILED:unable to get local issuer certificate") {
      let intermediate = try Holder.root("Other").authority()
      return try judge([intermediate.client(), intermediate], trust: [Holder.root()])
    },
    Fault(testDescription: "self-signed leaf", text: "FAILED:self-signed certificate") {
      try judge([Holder.root("Me") { $0.set(KeyUsage.digitalSignature) }], trust: [Holder.root()])
    },
    Fault(testDescription: "CA of the same name", text: "FAILED:unable to verify the first certificate") {
      try judge([Holder.root("Root").client()], trust: [Holder.root("Root")])
    },
    Fault(testDescription: "only an intermediate is configured", text: "FAILED:unable to get issuer certificate") {
      let intermediate = try Holder.root().authority()
      return try judge([intermediate.client()], trust: [intermediate])
    },
    Fault(testDescription: "tampered leaf", text: "FAILED:certificate signature failure") {
      let root = try Holder.root()
      var der = try root.client().certificate.der
      der[der.count - 1] ^= 1
      let tampered = Holder(certificate: try Certificate(der: der), key: root.key)
      return try judge([tampered], trust: [root])
    },
    Fault(testDescription: "two intermediates at depth 1", text: "FAILED:unable to get local issuer certificate") {
      let root = try Holder.root()
      let first = try root.authority("A")
      let second = try first.authority("B")
      return try judge([second.client(), second, first], trust: [root])
    },
    Fault(testDescription: "serverAuth alone", text: "FAILED:unsuitable certificate purpose") {
      let root = try Holder.root()
      return try judge([root.client { $0.set(ExtendedKeyUsage([.serverAuth])) }], trust: [root])
    },
    Fault(testDescription: "anyExtendedKeyUsage in the leaf", text: "FAILED:unsuitable certificate purpose") {
      let root = try Holder.root()
      return try judge([root.client { $0.set(ExtendedKeyUsage([.anyExtendedKeyUsage])) }], trust: [root])
    },
    Fault(testDescription: "no extendedKeyUsage at all", text: "SUCCESS") {
      let root = try Holder.root()
      return try judge([root.client { $0.remove(.extendedKeyUsage) }], trust: [root])
    },
    Fault(testDescription: "intermediate for servers alone", text: "FAILED:unsuitable certificate purpose") {
      let root = try Holder.root()
      let intermediate = try root.authority { $0.set(ExtendedKeyUsage([.serverAuth])) }
      return try judge([intermediate.client(), intermediate], trust: [root])
    },
    Fault(testDescription: "keyUsage without digitalSignature", text: "FAILED:unsuitable certificate purpose") {
      let root = try Holder.root()
      return try judge([root.client { $0.set(KeyUsage.keyEncipherment) }], trust: [root])
    },
    Fault(testDescription: "intermediate that is no CA", text: "FAILED:unsuitable certificate purpose") {
      let root = try Holder.root()
      let intermediate = try root.authority { $0.set(BasicConstraints(isCA: false)) }
      return try judge([intermediate.client(), intermediate], trust: [root])
    },
    Fault(testDescription: "intermediate without basicConstraints", text: "FAILED:unsuitable certificate purpose") {
      let root = try Holder.root()
      let intermediate = try root.authority { $0.remove(.basicConstraints) }
      return try judge([intermediate.client(), intermediate], trust: [root])
    },
    Fault(testDescription: "keyCertSign missing", text: "FAILED:key usage does not include certificate signing") {
      let root = try Holder.root()
      let intermediate = try root.authority { $0.set(KeyUsage.cRLSign) }
      return try judge([intermediate.client(), intermediate], trust: [root])
    },
    Fault(testDescription: "path length zero above an intermediate", text: "FAILED:path length constraint exceeded") {
      let root = try Holder.root { $0.set(BasicConstraints(isCA: true, pathLength: 0), critical: true) }
      let intermediate = try root.authority()
      return try judge([intermediate.client(), intermediate], trust: [root])
    },
    Fault(testDescription: "unknown critical extension", text: "FAILED:unhandled critical extension") {
      let root = try Holder.root()
      let strange = CertificateExtension(oid: OID("1.3.6.1.4.1.99999.1")!, critical: true, value: [5, 0])
      return try judge([root.client { $0.extensions.append(strange) }], trust: [root])
    },
    Fault(testDescription: "embedded NUL in a DNS name", text: "FAILED:unsupported or invalid name syntax") {
      let root = try Holder.root()
      let names = SubjectAlternativeName([.dns("good.example\0.evil.example")])
      return try judge([root.client { $0.set(names) }], trust: [root])
    },
    Fault(testDescription: "damaged subjectAltName", text: "FAILED:invalid or inconsistent certificate extension") {
      let root = try Holder.root()
      let damaged = CertificateExtension(oid: .subjectAlternativeName, value: [0x30, 0x05, 0x82])
      return try judge([root.client { $0.extensions.append(damaged) }], trust: [root])
    },
    Fault(testDescription: "neither subject nor subjectAltName", text: "FAILED:Subject name empty") {
      let root = try Holder.root()
      return try judge([root.client { $0.subject = .empty }], trust: [root])
    },
    Fault(testDescription: "serial number of 21 octets", text: "FAILED:unspecified certificate verification error") {
      let root = try Holder.root()
      let wide = SerialNumber(magnitude: [UInt8](repeating: 0x7f, count: 21))
      return try judge([root.client { $0.serialNumber = wide }], trust: [root])
    },
    Fault(testDescription: "expired and of an unknown CA", text: "FAILED:certificate has expired") {
      let other = try Holder.root("Other")
      return try judge([other.client { $0.notAfter = UnixTime(now.seconds - 1) }], trust: [Holder.root()])
    },
  ]

  @Test("the verdict on a fault is worded as OpenSSL words it", arguments: faults)
  func fault(_ fault: Fault) throws {
    #expect(try fault.make().verifyText == fault.text)
  }

  @Test("an unreadable certificate is refused, not thrown")
  func unreadable() throws {
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, anchors: []), policy: VerificationPolicy(purpose: .client))
    let verdict = verifier.verdict(on: PresentedChain([[0x30, 0x03, 1, 2]]), at: now)
    #expect(verdict.refusal?.rule == .malformedCertificate)
    #expect(verdict.leaf == nil)
    #expect(verifier.verdict(on: PresentedChain([]), at: now).refusal?.rule == .noCertificate)
  }

  /// A public key that nothing here would make.
  private static let rsa1024 =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDFV1lkc0MHxAH2zRZ1m5Fhcu4EynUThCmsoL4Y82bIsG+IfDVlxHBsAXu+/9vo"
    + "4zKNQ4rcTMEY+60tCdZAOjxfxXQNDzHAaCvwWOj7OoWF9qpr5VHIwclBPuJDPf8epEfPg+AvEZKtuF94F+8z5vIrLEIX2ALaM3xu"
    + "QPmGbiX3+QIDAQAB"

  @Test("RSA below 2048 bits and SHA-1 are refused, and accepted where the policy says so")
  func weakAlgorithms() throws {
    let root = try Holder.root()
    let client = try root.client { $0.subjectPublicKeyInfo = Array(Data(base64Encoded: Self.rsa1024) ?? Data()) }
    #expect(try judge([client], trust: [root]).verifyText == "FAILED:EE certificate key too weak")
    #expect(try judge([client], trust: [root]) { $0.algorithms = .legacy }.isVerified)
  }

  @Test("a self-signed client certificate that is configured itself is accepted")
  func pinned() throws {
    let client = try Holder.root("Me") {
      $0.set(ExtendedKeyUsage([.clientAuth]))
      $0.set(KeyUsage([.digitalSignature, .keyCertSign]))
    }
    #expect(try judge([client], trust: [client]).isVerified)
  }

  @Test("the first finding is the cause, the last is what nginx shows")
  func firstAndLast() throws {
    let root = try Holder.root()
    let first = try root.authority("A")
    let second = try first.authority("B")
    let long = try judge([second.client(), second, first], trust: [root])
    #expect(long.findings.map(\.rule) == [.chainTooLong, .unknownIssuer])
    let noCA = try root.authority { $0.set(BasicConstraints(isCA: false)) }
    #expect(try judge([noCA.client(), noCA], trust: [root]).firstFinding?.rule == .notCA)
  }

  @Test("optional_no_ca forgives an unknown CA and nothing else")
  func onlyUntrusted() throws {
    let other = try Holder.root("Other")
    let unknown = try judge([other.client()], trust: [Holder.root()])
    #expect(unknown.findings.allSatisfy { $0.rule.isOnlyUntrusted })
    let expired = try judge([other.client { $0.notAfter = UnixTime(0) }], trust: [Holder.root()])
    #expect(!expired.findings.allSatisfy { $0.rule.isOnlyUntrusted })
  }
}
