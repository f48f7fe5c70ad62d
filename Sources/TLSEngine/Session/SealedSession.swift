/// Session state as we keep it: what it is bound to, then the library's own serialization.
///
/// `version (1) ‖ created (8) ‖ expires (8) ‖ chain hash (32, zero if none) ‖ state`
struct SealedSession {
  static let headerLength = 1 + 8 + 8 + 32
  private static let version: UInt8 = 1

  /// Seconds since 1970 of the full handshake.
  let created: Int64
  /// Seconds since 1970 from which the session is dead.
  let expires: Int64
  /// Empty if the client sent no certificate.
  let chainHash: [UInt8]

  func serialize(_ state: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headerLength + state.count)
    bytes.append(Self.version)
    withUnsafeBytes(of: created.bigEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: expires.bigEndian) { bytes.append(contentsOf: $0) }
    if chainHash.count == 32 {
      bytes.append(contentsOf: chainHash)
    } else {
      bytes.append(contentsOf: repeatElement(0, count: 32))
    }
    bytes.append(contentsOf: state)
    return bytes
  }

  init(created: Int64, expires: Int64, chainHash: [UInt8]) {
    self.created = created
    self.expires = expires
    self.chainHash = chainHash
  }

  /// Reads the header of `serialize`'s bytes; `nil` if they are of another make.
  init?(_ bytes: [UInt8]) {
    guard bytes.count > Self.headerLength, bytes[0] == Self.version else { return nil }
    created = Self.integer(bytes[1..<9])
    expires = Self.integer(bytes[9..<17])
    let hash = bytes[17..<49]
    chainHash = hash.allSatisfy { $0 == 0 } ? [] : Array(hash)
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64 {
    Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }
}
