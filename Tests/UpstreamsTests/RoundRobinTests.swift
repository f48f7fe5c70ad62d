import Testing

@testable import Upstreams

@Suite struct RoundRobinTests {
  @Test(
    "requests are spread smoothly by weight",
    arguments: [
      ([1, 1, 1], "abcabcabc"),
      ([5, 1, 1], "aabacaaaabacaa"),
      ([2, 1], "abaaba"),
    ])
  func distribution(weights: [Int], expected: String) {
    let transcript = Transcript(weights.map { peer(weight: $0) })
    #expect(transcript.answered(expected.count) == expected)
  }

  @Test("a peer that is down gets nothing and counts for no try")
  func down() {
    let transcript = Transcript([peer(), peer(down: true), peer()])
    #expect(transcript.answered(4) == "acac")
    #expect(transcript.group.selection().triesLeft == 2)
  }

  @Test("a request that fails goes to every live peer once")
  func nextPeer() {
    #expect(Transcript([peer(), peer(), peer()]).failing() == "abc")
  }

  @Test("a failed peer is left alone for fail_timeout and then tried once")
  func failureAndRecovery() {
    let transcript = Transcript([peer(), peer()])
    var (selection, first) = transcript.open()
    #expect(first == 0)
    guard case .temporarilyDisabled = transcript.group.release(&selection, .failed, now: transcript.now) else {
      Issue.record("the peer was not disabled")
      return
    }
    #expect(transcript.answered(3) == "bbb")
    transcript.now += .seconds(10)
    #expect(transcript.answered(2) == "bb")
    transcript.now += .seconds(1)
    #expect(transcript.answered(6).contains("a"))
  }

  @Test("failures below max_fails only cost weight")
  func severalFailures() {
    let transcript = Transcript([peer(weight: 2, maxFails: 2), peer()])
    #expect(transcript.failing() == "ab")
    #expect(transcript.answered(4).contains("a"))
  }

  @Test("an answer to a request begun before the failure clears nothing")
  func lateAnswer() {
    let transcript = Transcript([peer(), peer()])
    var (early, first) = transcript.open()
    _ = transcript.answered(1)
    var (failing, second) = transcript.open()
    #expect(first == 0 && second == 0)
    _ = transcript.group.release(&failing, .failed, now: transcript.now)
    _ = transcript.group.release(&early, .answered, now: transcript.now)
    #expect(transcript.answered(3) == "bbb")
  }

  @Test("403 and 404 pass the request on without blaming the peer")
  func passedOn() {
    let transcript = Transcript([peer(), peer()])
    var (selection, _) = transcript.open()
    _ = transcript.group.release(&selection, .passedOn, now: transcript.now)
    #expect(transcript.choose(&selection) == 1)
    _ = transcript.group.release(&selection, .answered, now: transcript.now)
    #expect(transcript.answered(2) == "ba")
  }

  @Test("max_fails=0 never disables")
  func noMaxFails() {
    let transcript = Transcript([peer(maxFails: 0), peer(maxFails: 0)])
    #expect(transcript.failing() == "ab")
    #expect(transcript.failing() == "ba")
  }

  @Test("a single peer is never disabled and has one try")
  func single() {
    let transcript = Transcript([peer()])
    #expect(transcript.failing() == "a")
    #expect(transcript.failing() == "a")
  }

  @Test("a single peer that is down leaves nobody")
  func singleDown() {
    #expect(Transcript([peer(down: true)]).answered(1) == "-")
  }

  @Test("backup peers get requests only when no primary peer is left")
  func backup() {
    let transcript = Transcript([peer(), peer(backup: true), peer(backup: true)])
    #expect(transcript.answered(2) == "aa")
    #expect(transcript.failing() == "abc")
    transcript.now += .seconds(1)
    #expect(transcript.answered(1) == "-")
    transcript.now += .seconds(10)
    #expect(transcript.answered(2) == "aa")
  }

  @Test("max_conns holds requests off until one ends")
  func maxConnections() {
    let transcript = Transcript([peer(maxConnections: 1), peer(maxConnections: 1)])
    var (first, a) = transcript.open()
    let (_, b) = transcript.open()
    #expect(transcript.letter(a) + transcript.letter(b) == "ab")
    #expect(transcript.open().1 == nil)
    _ = transcript.group.release(&first, .answered, now: transcript.now)
    #expect(transcript.open().1 == 0)
  }

  @Test("max_conns counts for a single peer too")
  func maxConnectionsOfOne() {
    let transcript = Transcript([peer(maxConnections: 2)])
    #expect([transcript.open().1, transcript.open().1, transcript.open().1] == [0, 0, nil])
  }

  @Test("more than sixty-four peers are all tried")
  func manyPeers() {
    let transcript = Transcript((0..<70).map { _ in peer() })
    #expect(transcript.failing().count == 70)
    #expect(transcript.answered(1) == "-")
  }
}
