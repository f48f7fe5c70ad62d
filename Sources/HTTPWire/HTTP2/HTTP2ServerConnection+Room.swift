import NIOCore

/// How much of responses may wait: as much as the client's windows let through, and no more than memory of a connection
/// is meant to be.
extension HTTP2ServerConnection {
  /// How many bytes of a stream's body are welcome; 0 where its window, the connection's or our memory leaves no room.
  public func room(for id: HTTP2StreamID) -> Int {
    guard let index = streams.index(of: id) else { return 0 }
    return room(at: index)
  }

  /// Whether more of a stream's body is welcome; `Event.writable` follows a `false`, as long as the stream lasts.
  public mutating func hasRoom(for id: HTTP2StreamID) -> Bool {
    guard let index = streams.index(of: id) else { return false }
    if room(at: index) > 0 { return true }
    if !streams[index].awaitsRoom {
      streams[index].awaitsRoom = true
      streamsAwaitingRoom += 1
    }
    return false
  }

  /// A stream keeps a small share when others have filled the connection's: those may be waiting for their windows.
  private var share: Int { queuedBytes < limits.connectionQueue ? limits.sendQueue : limits.smallestQueue }

  private func room(at index: Int) -> Int {
    let queued = streams[index].queue.count
    let room = min(share, streams[index].sendWindow) - queued
    guard room > 0 else { return 0 }
    return max(0, min(room, sendWindow - spokenFor))
  }

  /// What other bodies will take of the connection's window before a byte that is queued now.
  private var spokenFor: Int {
    if queuedBytes == 0 { return 0 }
    if sendWindow > queuedBytes + limits.sendQueue { return queuedBytes }
    var sendable = 0
    for index in streams.indices { sendable += min(streams[index].queue.count, max(0, streams[index].sendWindow)) }
    return sendable
  }

  /// Tells streams that were refused room, once half of their share is free: not for every byte.
  mutating func tellOfRoom() {
    guard streamsAwaitingRoom > 0 else { return }
    for index in streams.indices where streams[index].awaitsRoom {
      guard streams[index].queue.count <= share / 2, room(at: index) > 0 else { continue }
      streams[index].awaitsRoom = false
      streamsAwaitingRoom -= 1
      emit(.writable(streams[index].id))
    }
  }
}
