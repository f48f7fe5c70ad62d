import ConfigModel
import NIOCore
import PKI
import Testing
import Trust

@testable import Fetch
@testable import Gateway

@Suite("OCSP over HTTP")
struct OCSPQueryTests {
  @Test("what is no answer of a responder is named")
  func failures() {
    func text(_ error: FetchError) -> String {
      if case .failure(let failure) = OCSPQuery.response(in: .failure(error)) { return "\(failure)" }
      return "an answer"
    }
    #expect(text(.timedOut(.seconds(1))) == "OCSP responder timed out")
    #expect(text(.closedEarly).hasPrefix("the OCSP responder did not answer: connection closed"))
    #expect(text(.hostNotFound("x")) == "the OCSP responder did not answer: host \"x\" not found")
    #expect(text(.innerAddress(host: "x")).contains("has an inner address and may not be asked"))
    #expect(text(.bodyTooLarge(limit: 1)) == "OCSP responder sent no OCSP response")
    #expect(text(.malformed(.malformedStatusLine)) == "OCSP responder sent no OCSP response")
  }

  @Test("of the responders that a certificate names those that may be asked are, in their order")
  func responders() throws {
    let issuer = try TestAuthority().verdict(subject: "/CN=client").leaf
    let certificate = try #require(issuer)
    let url = try #require(FetchURL(network: "https://ocsp.example.com/"))
    var question = StatusQuestion(certificate: certificate, issuer: certificate, depth: 0, configured: url)
    #expect(try question.responders().get() == [url])
    question = StatusQuestion(certificate: certificate, issuer: certificate, depth: 0, configured: nil)
    #expect(question.responders() == .failure(.noResponder))
    #expect(FetchURL(network: "unix:/run/x:/") == nil)
  }

  @Test("hosts are allowed by name, below a domain, or all")
  func hosts() throws {
    func allows(_ patterns: [String], _ url: String) throws -> Bool {
      AllowedHosts(patterns).allows(try #require(FetchURL(network: url)))
    }
    #expect(try allows(["a.example"], "http://A.example:8080/x"))
    #expect(try !allows(["a.example"], "http://b.a.example/"))
    #expect(try allows(["*.a.example"], "http://b.a.example/"))
    #expect(try !allows(["*.a.example"], "http://a.example/") && !allows(["*.a.example"], "http://xa.example/"))
    #expect(try allows(["*"], "https://x/") && !allows([], "http://x/"))
    let inside = try #require(FetchURL(network: "http://a.b.example/"))
    #expect(AllowedHosts(["*.b.example"]).names(inside) && AllowedHosts(["*", "a.b.example"]).names(inside))
    #expect(!AllowedHosts.any.names(inside) && !AllowedHosts(["b.example"]).names(inside))
  }

  @Test("a cache of a name is one for all, and one that is off none at all")
  func cache() throws {
    let shared = SharedTLSState()
    let size = ByteCount.kibibytes(64)
    #expect(
      shared.statuses(for: .shared(name: "a", size: size)) === shared.statuses(for: .shared(name: "a", size: size)))
    #expect(shared.statuses(for: .standard) === shared.statuses(for: .standard))
    #expect(shared.statuses(for: .off) !== shared.statuses(for: .standard))
  }

  @Test("staples are fetched again at half of their time, failures less and less often")
  func schedule() {
    let now = UnixTime(1000)
    #expect(StapleSchedule.afterSuccess(validUntil: UnixTime(1600), at: now) == UnixTime(1300))
    #expect(StapleSchedule.afterSuccess(validUntil: UnixTime(900), at: now) == UnixTime(1001))
    #expect(StapleSchedule.afterSuccess(validUntil: UnixTime(1_000_000), at: now) == UnixTime(4600))
    let waits = (0..<9).map { StapleSchedule.afterFailures($0, at: now).seconds - 1000 }
    #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300, 300])
  }

  @Test("a staple is kept through failures until it expires")
  func memory() throws {
    let memory = StapleMemory()
    let certificate = try #require(try TestAuthority().verdict(subject: "/CN=client").leaf)
    let key = StatusQuestion(certificate: certificate, issuer: certificate, depth: 0, configured: nil).key
    #expect(memory.begin(key, at: UnixTime(10)))
    #expect(!memory.begin(key, at: UnixTime(10)), "one question at a time")
    memory.succeeded(key, [1], validUntil: UnixTime(30), at: UnixTime(10))
    #expect(!memory.begin(key, at: UnixTime(19)))
    #expect(memory.begin(key, at: UnixTime(20)))
    memory.failed(key, at: UnixTime(20))
    #expect(memory.response(for: key, at: UnixTime(30)) == [1])
    #expect(memory.response(for: key, at: UnixTime(31)) == nil)
    #expect(memory.begin(key, at: UnixTime(25)))
    memory.failed(key, at: UnixTime(25))
    memory.keep(only: [])
    #expect(memory.response(for: key, at: UnixTime(26)) == nil)
  }
}
