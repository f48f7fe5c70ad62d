import Authority
import ContentService
import Foundation
import PKI

/// Writes the CRLs of CA directories anew before they expire, and renews who signs OCSP answers, as long as a gateway
/// uses them. Looks once a minute.
///
/// Unchecked: what changes belongs to its own thread, but for the flag, which the condition guards.
final class CRLKeeper: @unchecked Sendable {
  private static let interval: TimeInterval = 60

  private let hosts: [AuthorityHost]
  private let report: @Sendable (ServiceReport) -> Void
  private let condition = NSCondition()
  private var isOver = false
  private var complaints: [String: UnixTime] = [:]

  init(_ hosts: [AuthorityHost], report: @escaping @Sendable (ServiceReport) -> Void) {
    self.hosts = hosts
    self.report = report
  }

  func start() {
    Thread.detachNewThread { [self] in
      repeat { look(at: .now) } while !waitForNextLook()
    }
  }

  func stop() {
    condition.withLock {
      isOver = true
      condition.broadcast()
    }
  }

  /// Whether it is over.
  private func waitForNextLook() -> Bool {
    condition.withLock {
      if !isOver { _ = condition.wait(until: Date() + Self.interval) }
      return isOver
    }
  }

  /// Renews what is due now.
  func look(at now: UnixTime) {
    for host in hosts {
      do throws(AuthorityError) {
        for authority in try host.read().authorities where authority.needsCRL(at: now) {
          renew(authority, of: host, at: now)
        }
      } catch {
        complain(host.place.directory, error.operatorText, at: now)
      }
      for problem in host.maintainResponder(at: now) { complain(problem, "", at: now) }
    }
  }

  private func renew(_ authority: PublishedAuthority, of host: AuthorityHost, at now: UnixTime) {
    let name = authority.record.name
    let what = "the CRL of the CA \"\(name)\" in \"\(host.place.directory)\""
    do throws(AuthorityError) {
      let written = try host.renewCRL(of: name)
      complaints[what] = nil
      report(
        ServiceReport(
          .notice, "\(what) was renewed: number \(written.number), next update \(written.nextUpdate.rfc3339)"))
    } catch {
      let level: ServiceReport.Level = if case .ledgerContradicted = error { .alert } else { .error }
      complain(what, "can't be renewed: \(error.operatorText); \(Self.end(authority, now))", at: now, level)
    }
  }

  private static func end(_ authority: PublishedAuthority, _ now: UnixTime) -> String {
    guard let end = authority.record.crlNextUpdate else { return "there is none yet" }
    let stale = authority.record.crlIsStale ? "it lacks a revocation, and " : ""
    return stale + (now < end ? "it expires at \(end.rfc3339)" : "it expired at \(end.rfc3339)")
  }

  /// An error each hour, until it is seen to.
  private func complain(
    _ subject: String, _ problem: String, at now: UnixTime, _ level: ServiceReport.Level = .error
  ) {
    if let last = complaints[subject], now < last + .seconds(3600) { return }
    complaints[subject] = now
    report(ServiceReport(level, problem.isEmpty ? subject : "\(subject) \(problem)"))
  }
}
