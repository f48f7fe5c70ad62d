import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("CRLs that somebody brings")
struct OfferedRevocationListTests {
  private static func offer(_ list: CertificateRevocationList) throws -> OfferedRevocationList {
    try OfferedRevocationList(der: list.der)
  }

  private static func isFollowed(_ held: CertificateRevocationList, by next: CertificateRevocationList) throws -> Bool {
    try HeldRevocationList(der: held.der).isFollowed(by: offer(next))
  }

  @Test("the signer is the CA of that name whose key signed")
  func signer() throws {
    let (root, other) = (try Holder.root(), try Holder.root("Other"))
    let rekeyed = try Holder.root()
    let offer = try Self.offer(root.crl())
    #expect(offer.signer(among: [other, rekeyed, root].map(\.certificate)) == .known(root.certificate))
    #expect(offer.signer(among: [other.certificate]) == .unknown)
    #expect(offer.signer(among: []) == .unknown)
    #expect(offer.signer(among: [rekeyed.certificate]) == .foreign)
    let forged = try Self.offer(root.crl(signedBy: rekeyed.key))
    #expect(forged.signer(among: [root.certificate]) == .foreign)
  }

  @Test("a CA whose keyUsage has no cRLSign signs no CRL; one without keyUsage does")
  func usage() throws {
    let mute = try Holder.root { $0.set(KeyUsage.keyCertSign, critical: true) }
    #expect(try Self.offer(mute.crl()).signer(among: [mute.certificate]) == .unauthorized)
    let free = try Holder.root { $0.remove(.keyUsage) }
    #expect(try Self.offer(free.crl()).signer(among: [free.certificate]) == .known(free.certificate))
  }

  @Test("a later number follows, the same or an earlier one does not, nor one that is made earlier")
  func order() throws {
    let root = try Holder.root()
    #expect(try Self.isFollowed(root.crl(number: 1), by: root.crl(number: 2)))
    #expect(try Self.isFollowed(root.crl(number: 255), by: root.crl(number: 255)) == false)
    #expect(try Self.isFollowed(root.crl(number: 2), by: root.crl(number: 1)) == false)
    #expect(try Self.isFollowed(root.crl(number: 1), by: root.crl(number: 1, thisUpdate: 0)) == false)
    #expect(try Self.isFollowed(root.crl(number: 1, thisUpdate: 0), by: root.crl(number: 2)) == false)
  }

  @Test("editions of one list have its issuer, key and scope in common")
  func series() throws {
    let (root, other) = (try Holder.root(), try Holder.root("Other"))
    let rekeyed = try Holder.root()
    let first = try Self.offer(root.crl()).series
    #expect(try Self.offer(root.crl([7], number: 9)).series == first)
    #expect(try HeldRevocationList(der: root.crl([7], number: 9).der).series == first)
    #expect(try Self.offer(other.crl()).series != first)
    let second = try Self.offer(rekeyed.crl()).series
    #expect(second != first)
    #expect(second.hasSameIssuer(as: first))
    let delta = CertificateExtension(oid: .deltaCRLIndicator, critical: true, value: [2, 1, 1])
    #expect(try Self.offer(root.crl(number: 2, extensions: [delta])).series != first)
    #expect(try Self.offer(root.crl(number: 2, extensions: [delta])).summary.isDelta)
  }

  @Test("a critical extension that is not known is told; a list cut short is none")
  func damage() throws {
    let root = try Holder.root()
    let oid = try #require(OID("1.2.3.4"))
    let strange = CertificateExtension(oid: oid, critical: true, value: [5, 0])
    #expect(try Self.offer(root.crl(extensions: [strange])).unknownCritical == oid)
    let der = try root.crl([9]).der
    for length in [0, 1, der.count / 2, der.count - 1] {
      #expect(throws: DERError.self) { try OfferedRevocationList(der: Array(der.prefix(length))) }
    }
  }
}
