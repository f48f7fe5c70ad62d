import Cryptography
import PKI

/// The serial numbers of one CRL and one certificate issuer, sorted in a flat buffer: a look-up is a binary search
/// that allocates nothing.
struct SerialTable: Sendable {
  /// Sign-extended keys, `width` bytes each, ascending.
  private let keys: [UInt8]
  private let width: Int
  private let marks: [Mark]
  /// Serials above `widestKey` bytes, which no conforming CA issues (RFC 5280 §4.1.2.2) but anybody may encode.
  private let wide: [[UInt8]: Mark]

  static let widestKey = 24

  /// What a CRL says of one serial.
  struct Mark: Sendable, Hashable {
    /// CRLReason's number (RFC 5280 §5.3.1).
    var reason: UInt8
    /// Seconds since 1970, clamped.
    var date: UInt32

    static let removeFromCRL: UInt8 = 8
    var isRemoval: Bool { reason == Self.removeFromCRL }
  }

  var count: Int { marks.count + wide.count }

  /// What the list says of `serial`, DER content of an INTEGER; nil when it is not listed.
  func mark(of serial: [UInt8]) -> Mark? {
    guard serial.count <= width else {
      return serial.count > Self.widestKey ? wide[serial] : nil
    }
    return keys.withUnsafeBytes { keys in
      serial.withUnsafeBytes { serial in search(keys, serial) }
    }
  }

  private func search(_ keys: UnsafeRawBufferPointer, _ serial: UnsafeRawBufferPointer) -> Mark? {
    var low = 0
    var high = marks.count
    while low < high {
      let middle = (low + high) / 2
      if compare(keys, middle, serial) < 0 { low = middle + 1 } else { high = middle }
    }
    var found: Mark?
    // A serial listed twice counts as revoked unless every row removes it.
    while low < marks.count, compare(keys, low, serial) == 0 {
      if found == nil || found?.isRemoval == true { found = marks[low] }
      low += 1
    }
    return found
  }

  /// Row `row` against the sign-extended `serial`: negative, zero or positive.
  private func compare(_ keys: UnsafeRawBufferPointer, _ row: Int, _ serial: UnsafeRawBufferPointer) -> Int {
    let padding = width - serial.count
    let pad: UInt8 = serial.first.map { $0 >= 0x80 ? 0xff : 0 } ?? 0
    let base = row * width
    for offset in 0..<padding where keys[base + offset] != pad {
      return Int(keys[base + offset]) - Int(pad)
    }
    for offset in 0..<serial.count where keys[base + padding + offset] != serial[offset] {
      return Int(keys[base + padding + offset]) - Int(serial[offset])
    }
    return 0
  }
}

extension SerialTable {
  /// Where a serial lies in the CRL's bytes, while the list is being read.
  struct Row {
    var offset: UInt32
    var length: UInt16
    var mark: Mark
  }

  /// Sorts `rows`, whose offsets point into `bytes`.
  init(_ rows: [Row], in bytes: [UInt8]) {
    var wide: [[UInt8]: Mark] = [:]
    var narrow = rows
    if rows.contains(where: { $0.length > Self.widestKey }) {
      for row in rows where row.length > Self.widestKey {
        wide[Array(bytes[Int(row.offset)..<Int(row.offset) + Int(row.length)])] = row.mark
      }
      narrow = rows.filter { $0.length <= Self.widestKey }
    }
    let width = max(8, Int(narrow.map(\.length).max() ?? 0))
    let order = Self.order(narrow, width: width, in: bytes)
    keys = Self.gather(narrow, order, width: width, in: bytes)
    marks = order.map { narrow[Int($0)].mark }
    self.width = width
    self.wide = wide
  }

  private static func order(_ rows: [Row], width: Int, in bytes: [UInt8]) -> [UInt32] {
    bytes.withUnsafeBytes { bytes in
      var keyed = rows.indices.map { (key: prefix(rows[$0], width: width, in: bytes), row: UInt32($0)) }
      keyed.sort { a, b in
        if a.key != b.key { return a.key < b.key }
        return precedes(rows[Int(a.row)], rows[Int(b.row)], width: width, in: bytes)
      }
      return keyed.map(\.row)
    }
  }

  private static func gather(_ rows: [Row], _ order: [UInt32], width: Int, in bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: rows.count * width) { output, count in
      bytes.withUnsafeBytes { bytes in
        for (position, row) in order.enumerated() {
          for offset in 0..<width {
            output[position * width + offset] = byte(offset, of: rows[Int(row)], width: width, in: bytes)
          }
        }
      }
      count = rows.count * width
    }
  }

  /// Byte `offset` of the row's key of `width` bytes.
  @inline(__always)
  private static func byte(_ offset: Int, of row: Row, width: Int, in bytes: UnsafeRawBufferPointer) -> UInt8 {
    let start = Int(row.offset)
    let index = offset - (width - Int(row.length))
    if index >= 0 { return bytes[start + index] }
    return row.length > 0 && bytes[start] >= 0x80 ? 0xff : 0
  }

  private static func prefix(_ row: Row, width: Int, in bytes: UnsafeRawBufferPointer) -> UInt64 {
    (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(byte($1, of: row, width: width, in: bytes)) }
  }

  private static func precedes(_ a: Row, _ b: Row, width: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
    for offset in 8..<max(8, width) {
      let left = byte(offset, of: a, width: width, in: bytes)
      let right = byte(offset, of: b, width: width, in: bytes)
      if left != right { return left < right }
    }
    return a.offset < b.offset
  }
}
