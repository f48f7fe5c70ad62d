import Testing

@testable import Upstreams

@Suite struct MethodTests {
  @Test("least_conn chooses the peer with fewer requests by weight, and takes turns among equals")
  func leastConnections() {
    let transcript = Transcript([peer(weight: 2), peer()], .leastConnections)
    let letters = (0..<6).map { _ in transcript.letter(transcript.open().1) }
    #expect(letters.filter { $0 == "a" }.count == 4)
    #expect(transcript.group.activeRequests(of: 0) == 4)
    #expect(Transcript([peer(), peer()], .leastConnections).answered(4) == "abab")
  }

  @Test("least_conn goes to the backup peers when the limits are reached")
  func leastConnectionsBackup() {
    let transcript = Transcript([peer(maxConnections: 2), peer(maxConnections: 3, backup: true)], .leastConnections)
    let letters = (0..<6).map { _ in transcript.letter(transcript.open().1) }.joined()
    #expect(letters == "aabbb-")
  }

  @Test("ip_hash spreads neighbouring networks evenly and stays with its choice")
  func addressHash() {
    let transcript = Transcript([peer(), peer()], .addressHash)
    var counts = [0, 0]
    for network in 1...30 {
      let key: [UInt8] = [127, 0, UInt8(network)]
      var selection = transcript.group.selection(key: key)
      let first = transcript.choose(&selection)
      var again = transcript.group.selection(key: key)
      #expect(transcript.choose(&again) == first)
      counts[first ?? 0] += 1
    }
    #expect(counts == [15, 15])
  }

  @Test("hash keeps a key at its peer, and moves it on when that one fails")
  func hash() {
    let transcript = Transcript([peer(), peer(), peer()], .hash)
    let first = transcript.answered(5) { _ in "a=1" }
    #expect(Set(first).count == 1)
    var (selection, peer) = transcript.open(key: "a=1")
    _ = transcript.group.release(&selection, .failed, now: transcript.now)
    #expect(transcript.choose(&selection) != peer)
  }

  @Test("an empty key means round robin", arguments: [Balancing.hash, .consistentHash])
  func emptyKey(method: Balancing) {
    let peers = [peer("127.0.0.1:81"), peer("127.0.0.1:82"), peer("127.0.0.1:83")]
    #expect(Transcript(peers, method).answered(6) == "abcabc")
  }

  @Test("consistent hashing moves only the keys of a peer that is taken out")
  func consistentHash() {
    let servers = ["127.0.0.1:8081", "127.0.0.1:8082", "127.0.0.1:8083"]
    let all = Transcript(servers.map { peer($0) }, .consistentHash)
    let fewer = Transcript([peer(servers[0]), peer(servers[2])], .consistentHash)
    let before = Array(all.answered(200) { "\($0)" })
    let after = Array(fewer.answered(200) { "\($0)" }.map { $0 == "b" ? "c" : $0 })
    #expect(Set(before) == ["a", "b", "c"])
    for (old, new) in zip(before, after) where old != "b" { #expect(old == new) }
  }

  @Test("random reaches every peer, by weight")
  func random() {
    let letters = Transcript([peer(weight: 3), peer()], .random(two: false)).answered(400)
    let share = letters.filter { $0 == "a" }.count
    #expect((250...350).contains(share))
  }

  @Test("random two prefers the less busy of two")
  func randomTwo() {
    let transcript = Transcript([peer(), peer()], .random(two: true))
    let letters = (0..<20).map { _ in transcript.letter(transcript.open().1) }
    #expect(letters.filter { $0 == "a" }.count == 10)
  }

  @Test("the checksum is the CRC-32 of zlib")
  func checksum() {
    var crc = CRC32()
    crc.update("123456789".utf8)
    #expect(crc.value == 0xcbf4_3926)
  }
}
