import PKI
import Testing

@testable import Authority

@Suite("Serial numbers")
struct SerialNumberTests {
  @Test("128 bits of a serial number are random, each of them")
  func random() {
    let numbers = (0..<64).map { _ in SerialNumber.random().bytes }
    #expect(Set(numbers).count == 64)
    for number in numbers {
      // RFC 5280 §4.1.2.2: positive, 20 octets at most; DER's shortest form.
      #expect(number.count == 17)
      #expect((0x01..<0x80).contains(number[0]))
    }
    // A bit that is the same 64 times is not random: chance has it once in 2^56 runs.
    for bit in 0..<128 {
      let values = Set(numbers.map { $0[1 + bit / 8] >> UInt8(bit % 8) & 1 })
      #expect(values == [0, 1], "bit \(bit)")
    }
  }

  @Test("whatever is signed has such a number: roots, intermediates, leaves and signers of OCSP answers")
  func everywhere() throws {
    let authority = try TemporaryAuthority()
    let root = try authority.directory.authority("ca").certificate
    var request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=Issuing"), protection: .unencrypted)
    request.lifetime = 1000 * ValidityBounds.day
    let signer = try authority.signer()
    try authority.directory.makeIntermediate(named: "issuing", request, signer: signer, isDefault: false)
    let ocsp = try #require(try authority.directory.makeOCSPSigner(OCSPSignerRequest(), signer: signer))
    let below = try authority.directory.authority("issuing").certificate
    let certificates = [root, below, ocsp.certificate, try authority.issue("client", "alice").certificate]
    #expect(certificates.allSatisfy { $0.serialNumber.bytes.count == 17 })
    #expect(Set(certificates.map(\.serialNumber)).count == 4)
  }
}
