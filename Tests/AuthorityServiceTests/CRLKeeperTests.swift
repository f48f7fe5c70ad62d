import Authority
import ContentService
import Foundation
import PKI
import Synchronization
import Testing

@testable import AuthorityService

@Suite("CRLs are renewed while their CA serves")
struct CRLKeeperTests {
  private static let day: Int64 = 86_400

  private final class Reports: Sendable {
    private let all = Mutex<[ServiceReport]>([])
    func take(_ report: ServiceReport) { all.withLock { $0.append(report) } }
    var levels: [ServiceReport.Level] { all.withLock { $0.map(\.level) } }
    var texts: [String] { all.withLock { $0.map(\.text) } }
  }

  private static func keeper(_ place: AuthorityPlace, _ reports: Reports) throws -> CRLKeeper {
    let threads = WorkerThreads(count: 1, waiting: 1)
    return CRLKeeper([try AuthorityHost(place, threads: threads)]) { reports.take($0) }
  }

  private static func nextUpdate(_ authority: TemporaryAuthority) throws -> UnixTime? {
    try authority.reopened().authority(nil).crlNextUpdate
  }

  @Test("with a quarter of its life left a list is written anew, before that it is left alone", arguments: [22, 23])
  func due(_ days: Int64) throws {
    let authority = try TemporaryAuthority(age: days * Self.day)
    let before = try Self.nextUpdate(authority)
    let reports = Reports()
    let keeper = try Self.keeper(authority.place, reports)
    keeper.look(at: .now)
    keeper.look(at: .now)
    let isRenewed = days == 23
    #expect((try Self.nextUpdate(authority) != before) == isRenewed)
    #expect(reports.levels == (isRenewed ? [.notice] : []))
  }

  @Test("a key that can't be opened is an error each hour, a password file opens it")
  func encrypted() throws {
    let authority = try TemporaryAuthority(age: 29 * Self.day, protection: .passphrase("secret"))
    let reports = Reports()
    let keeper = try Self.keeper(authority.place, reports)
    for minutes in [0, 1, 59, 60, 61] { keeper.look(at: .now + .seconds(minutes * 60)) }
    #expect(reports.levels == [.error, .error])
    #expect(reports.texts.first?.contains("can't be renewed") == true)
    #expect(reports.texts.first?.contains("it expires at") == true)
    var place = authority.place
    place.passwordFile = try authority.file("pass", "secret\r\n")
    let able = Reports()
    try Self.keeper(place, able).look(at: .now)
    #expect(able.levels == [.notice])
  }

  @Test("a revocation that the list lacks makes it due")
  func stale() throws {
    let authority = try TemporaryAuthority()
    let directory = try authority.reopened()
    let signer = try directory.unlock { nil }
    let issued = try directory.issue(
      IssueRequest(profile: try ProfileSet.builtIn.profile("client"), name: "alice"), signer: signer)
    try directory.revoke(RevocationRequest(records: try directory.matches("alice"), reason: .superseded), signers: [])
    let reports = Reports()
    try Self.keeper(authority.place, reports).look(at: .now)
    #expect(reports.levels == [.notice])
    let crl = try CertificateRevocationList(der: try #require(try authority.reopened().authority(nil).crl))
    #expect(crl.entries.contains { $0.serialNumber == issued.certificate.serialNumber })
  }

  @Test("a list that would forget a revocation is not written, and that is an alert")
  func forgotten() throws {
    let authority = try TemporaryAuthority(age: 29 * Self.day)
    let directory = try authority.reopened()
    _ = try directory.issue(
      IssueRequest(profile: try ProfileSet.builtIn.profile("client"), name: "alice"), signer: directory.unlock { nil })
    // An older copy of the directory, beside it the list written since.
    let older = authority.root + "/older"
    try FileManager.default.copyItem(atPath: authority.place.directory, toPath: older)
    let records = try directory.matches("alice")
    try directory.revoke(
      RevocationRequest(records: records, reason: .superseded), signers: [directory.unlock { nil }])
    for name in ["/ca/ca.crl", "/ca/ca.crl.der"] {
      try FileManager.default.removeItem(atPath: older + name)
      try FileManager.default.copyItem(atPath: authority.place.directory + name, toPath: older + name)
    }
    let reports = Reports()
    try Self.keeper(AuthorityPlace(directory: older), reports).look(at: .now)
    #expect(reports.levels == [.alert])
    #expect(reports.texts.first?.contains(records[0].serial) == true)
    #expect(reports.texts.first?.contains("ca recover") == true)
  }

  @Test("what is kept for a configuration is let go of with it")
  func keeping() throws {
    let authority = try TemporaryAuthority(age: 29 * Self.day)
    let before = try Self.nextUpdate(authority)
    let services = LocalAuthorities()
    try services.check(authority.place)
    let reports = Reports()
    services.keep([authority.place]) { reports.take($0) }
    let deadline = Date().addingTimeInterval(20)
    while reports.levels.isEmpty, Date() < deadline { usleep(10_000) }
    #expect(try Self.nextUpdate(authority) != before)
    services.keep([]) { _ in }
  }
}

@Suite("the CA's threads")
struct WorkerThreadsTests {
  @Test("all that is queued is done, and what is beyond the queue refused")
  func bounded() {
    let threads = WorkerThreads(count: 2, waiting: 4)
    let gate = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    let accepted = (0..<20).filter { _ in
      threads.perform {
        gate.wait()
        done.signal()
      }
    }.count
    #expect((4...6).contains(accepted))
    for _ in 0..<accepted { gate.signal() }
    for _ in 0..<accepted { #expect(done.wait(timeout: .now() + 20) == .success) }
    threads.stop()
    #expect(!threads.perform {})
  }
}
