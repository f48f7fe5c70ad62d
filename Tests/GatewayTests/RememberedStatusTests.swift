import PKI
import Testing
import Trust

@testable import Gateway

@Suite("Statuses remembered")
struct RememberedStatusTests {
  private let now = UnixTime(1_800_000_000)

  private func assessment(_ outcome: OCSPAssessment.Outcome, life: Int64 = 400) -> OCSPAssessment {
    OCSPAssessment(outcome: outcome, validUntil: now + .seconds(life), thisUpdate: now)
  }

  @Test("a status counts up to its last second and not a second longer", arguments: [0, 1, 400])
  func end(_ life: Int64) {
    for outcome in [OCSPAssessment.Outcome.good, .unknown, .revoked(at: now, reason: nil)] {
      var status = RememberedStatus()
      #expect(status.current(at: now) == nil)
      status.learn(assessment(outcome, life: life), at: now)
      let end = now + .seconds(life)
      #expect(status.current(at: end - .seconds(min(life, 1)))?.outcome == outcome)
      #expect(status.current(at: end)?.outcome == outcome)
      #expect(status.current(at: end + .seconds(1)) == nil)
    }
  }

  @Test("a failure neither ends what is known nor makes it last longer")
  func failure() {
    var status = RememberedStatus()
    status.learn(.failed(.timedOut, at: now), at: now)
    #expect(status.current(at: now) == nil)
    status.learn(assessment(.good), at: now)
    let end = now + .seconds(400)
    status.learn(.failed(.timedOut, at: end), at: end)
    #expect(status.current(at: end)?.isGood == true)
    #expect(status.current(at: end + .seconds(1)) == nil)
  }

  @Test("the newer answer takes the older one's place, for better or worse")
  func newer() {
    var status = RememberedStatus()
    status.learn(assessment(.good), at: now)
    status.learn(assessment(.revoked(at: now, reason: nil)), at: now)
    #expect(status.current(at: now)?.isGood == false)
    status.learn(assessment(.good), at: now)
    #expect(status.current(at: now)?.isGood == true)
  }

  @Test("a fresh answer is wanted from three quarters of the life on, and ten seconds after a failure")
  func stale() {
    var status = RememberedStatus()
    #expect(!status.isStale(at: now))
    status.learn(assessment(.good), at: now)
    #expect(!status.isStale(at: now + .seconds(299)))
    #expect(status.isStale(at: now + .seconds(300)))
    status.learn(.failed(.timedOut, at: now + .seconds(300)), at: now + .seconds(300))
    #expect(!status.isStale(at: now + .seconds(309)))
    #expect(status.isStale(at: now + .seconds(310)))
  }
}
