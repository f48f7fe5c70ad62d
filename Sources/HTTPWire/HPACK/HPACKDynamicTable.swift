/// The entries both sides remember, the newest first (RFC 7541 §2.3.2).
struct HPACKDynamicTable {
  struct Entry {
    var nameLength: Int
    /// Name and value, end to end.
    var text: [UInt8]
    /// Of the whole text; spares the encoder most comparisons.
    var hash: UInt32

    var size: Int { text.count + 32 }
  }

  private var entries: [Entry] = []
  /// Entries before this one are evicted.
  private var first = 0
  /// By the reckoning of RFC 7541 §4.1, in bytes.
  private(set) var size = 0
  private(set) var capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { entries.count - first }

  /// - Parameter index: 0 is the newest.
  subscript(index: Int) -> Entry { entries[entries.count - 1 - index] }

  mutating func resize(to capacity: Int) {
    self.capacity = capacity
    evict(until: capacity)
  }

  /// Adds an entry; one larger than the table empties it (RFC 7541 §4.4).
  mutating func insert(text: [UInt8], nameLength: Int, hash: UInt32 = 0) {
    let entry = Entry(nameLength: nameLength, text: text, hash: hash)
    guard entry.size <= capacity else { return evict(until: 0) }
    evict(until: capacity - entry.size)
    entries.append(entry)
    size += entry.size
  }

  private mutating func evict(until limit: Int) {
    while size > limit {
      size -= entries[first].size
      entries[first].text = []
      first += 1
    }
    if first == entries.count {
      entries.removeAll(keepingCapacity: true)
      first = 0
    } else if first >= 64 {
      entries.removeFirst(first)
      first = 0
    }
  }
}
