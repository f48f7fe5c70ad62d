@testable import Upstreams

/// Plays requests against a group at given moments and writes down which peers they reach.
final class Transcript {
  let group: PeerGroup
  var now: Duration = .seconds(1000)
  private var die: UInt64 = 0

  init(_ peers: [PeerSettings], _ balancing: Balancing = .roundRobin) {
    group = PeerGroup(name: "u", peers: peers, balancing: balancing)
  }

  /// The next peer of a fresh request, left in progress.
  func open(key: String = "") -> (Selection, Int?) {
    var selection = group.selection(key: Array(key.utf8))
    let peer = choose(&selection)
    return (selection, peer)
  }

  func choose(_ selection: inout Selection) -> Int? {
    group.choose(&selection, now: now) {
      self.die = self.die &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return self.die >> 33
    }
  }

  /// Requests that are answered at once, one after the other: the letters of the peers they reach.
  func answered(_ count: Int, key: (Int) -> String = { _ in "" }) -> String {
    var letters = ""
    for number in 0..<count {
      var (selection, peer) = open(key: key(number))
      letters += letter(peer)
      _ = group.release(&selection, .answered, now: now)
    }
    return letters
  }

  /// One request whose tries all fail: the peers it goes through.
  func failing() -> String {
    var selection = group.selection()
    var letters = ""
    repeat {
      let peer = choose(&selection)
      letters += letter(peer)
      if peer == nil { break }
      _ = group.release(&selection, .failed, now: now)
    } while selection.triesLeft > 0
    return letters
  }

  func letter(_ peer: Int?) -> String {
    peer.map { String(UnicodeScalar(UInt8(97 + $0))) } ?? "-"
  }
}

func peer(
  _ server: String = "127.0.0.1:80", weight: Int = 1, maxFails: Int = 1, maxConnections: Int = 0, backup: Bool = false,
  down: Bool = false
) -> PeerSettings {
  PeerSettings(
    server: server, weight: weight, maxFails: maxFails, maxConnections: maxConnections, isBackup: backup, isDown: down)
}
