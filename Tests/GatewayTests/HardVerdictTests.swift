import Testing

@testable import Gateway

@Suite("Hard verdicts under way")
struct HardVerdictTests {
  @Test("so many of one client and so many of all, and what has ended counts no more")
  func limits() {
    let verdicts = HardVerdicts(most: 5, mostOfOne: 2)
    let (a, b, c) = (ClientNetwork([192, 0, 2, 1]), ClientNetwork([192, 0, 2, 2]), ClientNetwork([192, 0, 2, 3]))
    #expect(verdicts.begin(a) && verdicts.begin(a))
    #expect(!verdicts.begin(a), "two of one")
    #expect(verdicts.begin(b) && verdicts.begin(b) && verdicts.begin(c))
    #expect(!verdicts.begin(c), "five of all")
    verdicts.end(b)
    #expect(!verdicts.begin(a) && verdicts.begin(c))
    verdicts.end(a)
    #expect(verdicts.begin(a))
    for client in [a, a, b, c, c] { verdicts.end(client) }
    #expect(verdicts.begin(a) && verdicts.begin(a) && !verdicts.begin(a))
  }

  @Test("a client is an IPv4 address, or a /64 of IPv6")
  func networks() {
    func v6(_ network: UInt8, _ host: UInt8) -> ClientNetwork {
      ClientNetwork([0x20, 1, 0, 0, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host])
    }
    #expect(v6(1, 1) == v6(1, 2) && v6(1, 1) != v6(2, 1))
    #expect(ClientNetwork([192, 0, 2, 1]) != ClientNetwork([192, 0, 2, 2]))
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1]
    #expect(ClientNetwork(mapped) == ClientNetwork([192, 0, 2, 1]))
  }
}
