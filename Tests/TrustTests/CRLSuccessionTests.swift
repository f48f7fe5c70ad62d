import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("One set of CRLs after another")
struct CRLSuccessionTests {
  private func index(_ lists: [CertificateRevocationList]) throws -> CRLIndex { try CRLIndex(lists) }

  @Test("a higher number, or the same list again, follows; a lower number or an older time does not")
  func numbers() throws {
    let root = try Holder.root()
    let old = try index([root.crl(number: 5)])
    #expect(try index([root.crl(number: 6)]).setback(from: old) == nil)
    #expect(try index([root.crl(number: 5)]).setback(from: old) == nil)
    guard case .older? = try index([root.crl(number: 6, thisUpdate: -2 * day)]).setback(from: old) else {
      Issue.record("an older list of a higher number was taken")
      return
    }
    guard case .older(let issuer, _, _)? = try index([root.crl(number: 4, thisUpdate: -60)]).setback(from: old) else {
      Issue.record("a lower number was taken")
      return
    }
    #expect(issuer == root.certificate.subject)
    guard case .older? = try index([root.crl(number: 5, thisUpdate: -2 * day)]).setback(from: old) else {
      Issue.record("an older list of the same number was taken")
      return
    }
  }

  @Test("each issuer and scope that was there must be there; more may come")
  func kinds() throws {
    let (root, other) = (try Holder.root(), try Holder.root("Other"))
    let both = try index([root.crl(), other.crl()])
    #expect(try both.setback(from: index([root.crl()])) == nil)
    #expect(
      try index([root.crl()]).setback(from: both) == .missing(issuer: other.certificate.subject))
    var users = IssuingDistributionPoint()
    users.onlyContainsUserCerts = true
    let part = try index([root.crl(number: 9, extensions: [CertificateExtension(users, critical: true)])])
    #expect(try part.setback(from: index([root.crl()])) == .missing(issuer: root.certificate.subject))
  }

  private func editions(_ lists: [CertificateRevocationList], _ signers: [Holder]) throws -> [CRLEdition] {
    try index(lists).editions(among: signers.map(\.certificate))
  }

  private func delta(_ root: Holder, number: UInt8) throws -> CertificateRevocationList {
    try root.crl(
      number: number, extensions: [CertificateExtension(oid: .deltaCRLIndicator, critical: true, value: [2, 1, 1])])
  }

  @Test("in files a list may be gone, for then its certificates are refused; a delta only into a later complete list")
  func absence() throws {
    let (root, other) = (try Holder.root(), try Holder.root("Other"))
    func setback(_ held: [CertificateRevocationList], _ next: [CertificateRevocationList]) throws -> CRLSetback? {
      let signers = [root, other]
      return CRLEdition.setback(
        from: try editions(held, signers), to: try editions(next, signers), allowsAbsence: true)
    }
    #expect(try setback([root.crl(number: 5), other.crl()], [root.crl(number: 6)]) == nil)
    #expect(try setback([root.crl(number: 5), other.crl()], [other.crl(), root.crl(number: 4)]) != nil)
    #expect(try setback([root.crl(number: 5), delta(root, number: 7)], [root.crl(number: 5)]) != nil)
    #expect(try setback([root.crl(number: 5), delta(root, number: 7)], [root.crl(number: 6)]) != nil)
    #expect(try setback([root.crl(number: 5), delta(root, number: 7)], [root.crl(number: 7)]) == nil)
    #expect(
      try setback([root.crl(number: 5), delta(root, number: 7)], [root.crl(number: 5), delta(root, number: 6)]) != nil)
  }

  @Test("a CA that got another key counts anew; a list that is gone is remembered")
  func memory() throws {
    let (root, rekeyed, other) = (try Holder.root(), try Holder.root(), try Holder.root("Other"))
    let signers = [root, rekeyed, other]
    let held = try editions([root.crl(number: 5)], signers)
    let anew = try editions([rekeyed.crl(number: 1)], signers)
    #expect(CRLEdition.setback(from: held, to: anew, allowsAbsence: true) == nil)
    let unsigned = try editions([root.crl(number: 4, signedBy: other.key)], signers)
    #expect(CRLEdition.setback(from: held, to: unsigned, allowsAbsence: true) != nil, "nobody knows whose it is")
    let both = CRLEdition.merged(CRLEdition.merged(held, with: anew), with: try editions([other.crl()], signers))
    let back = try editions([root.crl(number: 4)], signers)
    #expect(CRLEdition.setback(from: both, to: back, allowsAbsence: true) != nil)
  }

  @Test("a list is signed by one of these CAs, or by none")
  func signers() throws {
    let (root, twin) = (try Holder.root(), try Holder.root())
    let lists = try index([root.crl()])
    #expect(lists.isSigned(0, byOneOf: [twin.certificate, root.certificate]))
    #expect(!lists.isSigned(0, byOneOf: [twin.certificate]) && !lists.isSigned(0, byOneOf: []))
    let merged = CRLIndex(merging: [lists, try index([twin.crl([7])])])
    #expect(merged.listCount == 2 && merged.entryCount == 1)
  }
}
