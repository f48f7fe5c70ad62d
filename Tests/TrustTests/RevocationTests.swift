import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("Revocation")
struct RevocationTests {
  @Test("a listed serial is revoked, an unlisted one is not")
  func listed() throws {
    let root = try Holder.root()
    let client = try root.client(serial: 9)
    #expect(try judge([client], trust: [root], crls: [root.crl([9])]).verifyText == "FAILED:certificate revoked")
    #expect(try judge([client], trust: [root], crls: [root.crl([8, 10])]).isVerified)
  }

  @Test("without a CRL of the issuer nothing is verified")
  func missing() throws {
    let (root, other) = (try Holder.root(), try Holder.root("Other"))
    let verdict = try judge([root.client()], trust: [root, other], crls: [other.crl()])
    #expect(verdict.verifyText == "FAILED:unable to get certificate CRL")
  }

  @Test("every CA of the chain needs its CRL, the leaf alone where the policy says leaf")
  func wholeChain() throws {
    let root = try Holder.root()
    let intermediate = try root.authority(serial: 5)
    let chain = [try intermediate.client(), intermediate]
    let crl = try intermediate.crl()
    #expect(
      try judge(chain, trust: [root], crls: [crl]).verifyText == "FAILED:unable to get certificate CRL")
    #expect(try judge(chain, trust: [root], crls: [crl]) { $0.revocation = .leaf }.isVerified)
    #expect(try judge(chain, trust: [root], crls: [crl, root.crl()]).isVerified)
    #expect(
      try judge(chain, trust: [root], crls: [crl, root.crl([5])]).verifyText == "FAILED:certificate revoked")
  }

  @Test("an expired CRL refuses until its grace is over, and one of the future refuses")
  func times() throws {
    let root = try Holder.root()
    let client = try root.client()
    let old = try root.crl(nextUpdate: -3600)
    #expect(try judge([client], trust: [root], crls: [old]).verifyText == "FAILED:CRL has expired")
    #expect(try judge([client], trust: [root], crls: [old]) { $0.crlGrace = .seconds(7200) }.isVerified)
    let early = try root.crl(thisUpdate: 60)
    #expect(try judge([client], trust: [root], crls: [early]).verifyText == "FAILED:CRL is not yet valid")
  }

  @Test("a revoked serial on an expired CRL is still revoked")
  func revokedOnExpired() throws {
    let root = try Holder.root()
    let verdict = try judge([root.client(serial: 9)], trust: [root], crls: [root.crl([9], nextUpdate: -1)])
    #expect(verdict.findings.map(\.rule) == [.crlExpired, .revoked])
  }

  @Test("a CRL that another key signed does not count")
  func forged() throws {
    let root = try Holder.root()
    let forged = try root.crl(signedBy: PrivateKey.generate(.p256))
    #expect(try judge([root.client()], trust: [root], crls: [forged]).verifyText == "FAILED:CRL signature failure")
  }

  @Test("an issuer without cRLSign signs no CRL")
  func keyUsage() throws {
    let root = try Holder.root { $0.set(KeyUsage.keyCertSign) }
    let verdict = try judge([root.client()], trust: [root], crls: [root.crl()])
    #expect(verdict.verifyText == "FAILED:key usage does not include CRL signing")
  }

  @Test("an unknown critical extension makes a CRL unusable")
  func critical() throws {
    let root = try Holder.root()
    let strange = CertificateExtension(oid: OID("1.3.6.1.4.1.99999.1")!, critical: true, value: [5, 0])
    let verdict = try judge([root.client()], trust: [root], crls: [root.crl(extensions: [strange])])
    #expect(verdict.verifyText == "FAILED:unhandled critical CRL extension")
  }

  @Test("of two CRLs the newer decides: a hold that was lifted is lifted")
  func newest() throws {
    let root = try Holder.root()
    let held = try root.crl([9], number: 1, thisUpdate: -2 * day)
    let lifted = try root.crl([], number: 2)
    #expect(try judge([root.client(serial: 9)], trust: [root], crls: [held, lifted]).isVerified)
  }

  @Test("a verdict holds no longer than the CRL it rests on")
  func life() throws {
    let root = try Holder.root()
    let verdict = try judge([root.client()], trust: [root], crls: [root.crl(nextUpdate: 600)])
    #expect(verdict.validUntil == UnixTime(now.seconds + 600))
  }

  @Test("a revoked CA that is its own anchor is refused")
  func revokedAnchor() throws {
    let root = try Holder.root()
    #expect(!(try judge([root.client()], trust: [root], crls: [root.crl([1])]).isVerified))
  }

  @Test("serials of any width and sign are found, and their neighbours are not")
  func serialTable() throws {
    let serials: [[UInt8]] = [
      [0], [1], [0x7f], [0, 0x80], [0x80], [0xff], [0, 0xff, 0xff], [0x7f, 0xff, 0xff],
      [UInt8](repeating: 0x11, count: 16), [UInt8](repeating: 0x11, count: 15) + [0x12],
      [UInt8](repeating: 0x22, count: 20), [UInt8](repeating: 0x33, count: 40),
    ]
    var bytes: [UInt8] = []
    var rows: [SerialTable.Row] = []
    for serial in serials.shuffled() {
      rows.append(
        SerialTable.Row(
          offset: UInt32(bytes.count), length: UInt16(serial.count), mark: SerialTable.Mark(reason: 1, date: 0)))
      bytes += serial
    }
    let table = SerialTable(rows, in: bytes)
    #expect(table.count == serials.count)
    for serial in serials { #expect(table.mark(of: serial) != nil, "\(serial)") }
    let absent: [[UInt8]] = [
      [2], [0x7e], [0, 0x81], [0x81], [0x11, 0x11], [UInt8](repeating: 0x11, count: 15) + [0x13],
      [UInt8](repeating: 0x33, count: 39), [UInt8](repeating: 0x22, count: 21),
    ]
    for serial in absent { #expect(table.mark(of: serial) == nil, "\(serial)") }
    #expect(SerialTable([], in: []).mark(of: [1]) == nil)
  }
}

extension RevocationTests {
  @Test("a list tells its signer from others, before and after it is known")
  func signer() throws {
    let (root, other) = (try Holder.root(), try PrivateKey.generate(.p256).publicKey)
    let list = try RevocationList(der: root.crl([1, 2]).der)
    let (own, foreign) = (PublicKeyIdentity(root.key.publicKey), PublicKeyIdentity(other))
    #expect(!list.isSigned(by: foreign))
    #expect(list.isSigned(by: own))
    #expect(list.isSigned(by: own))
    #expect(!list.isSigned(by: foreign))
    #expect(list.count == 2)
  }
}
