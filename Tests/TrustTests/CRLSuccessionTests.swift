import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("One set of CRLs after another")
struct CRLSuccessionTests {
  private func index(_ lists: [CertificateRevocationList]) throws -> CRLIndex { try CRLIndex(lists) }

  @Test("a higher number, or the same list again, follows; a lower number does not, whatever its time")
  func numbers() throws {
    let root = try Holder.root()
    let old = try index([root.crl(number: 5)])
    #expect(try index([root.crl(number: 6)]).setback(from: old) == nil)
    #expect(try index([root.crl(number: 5)]).setback(from: old) == nil)
    #expect(try index([root.crl(number: 6, thisUpdate: -2 * day)]).setback(from: old) == nil)
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
