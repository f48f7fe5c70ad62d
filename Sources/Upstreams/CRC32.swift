/// CRC-32 as zlib and memcached clients compute it (polynomial 0xEDB88320, reflected).
struct CRC32: Sendable {
  private var register: UInt32 = 0xffff_ffff

  var value: UInt32 { register ^ 0xffff_ffff }

  mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { register = Self.table[Int((register ^ UInt32(byte)) & 0xff)] ^ (register >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { entry in
    (0..<8).reduce(UInt32(entry)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }
}
