extension Digest {
  /// RFC 7292 appendix B.2. `password` is UTF-8; it goes in as big-endian UTF-16 with a terminating zero.
  func pkcs12Key(
    _ password: [UInt8], salt: [UInt8], iterations: Int, purpose: KeyDerivation.Purpose, count: Int
  ) -> [UInt8] {
    let block = self == .sha384 || self == .sha512 ? 128 : 64
    let diversifier = [UInt8](repeating: purpose.rawValue, count: block)
    var input = Self.filled(salt, toMultipleOf: block) + Self.filled(Self.bmpString(password), toMultipleOf: block)
    defer { input.wipe() }
    var key: [UInt8] = []
    while true {
      let hashed = hash(diversifier + input, times: iterations)
      key += hashed
      if key.count >= count { return Array(key.prefix(count)) }
      let addend = Array(Self.filled(hashed, toMultipleOf: block).prefix(block))
      for start in stride(from: 0, to: input.count, by: block) { Self.addPlusOne(&input, start, addend) }
    }
  }

  /// `bytes` repeated up to the next multiple of `length`; nothing stays nothing.
  private static func filled(_ bytes: [UInt8], toMultipleOf length: Int) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    let count = (bytes.count + length - 1) / length * length
    return (0..<count).map { bytes[$0 % bytes.count] }
  }

  private static func addPlusOne(_ input: inout [UInt8], _ start: Int, _ addend: [UInt8]) {
    var carry = 1
    for offset in addend.indices.reversed() {
      carry += Int(input[start + offset]) + Int(addend[offset])
      input[start + offset] = UInt8(truncatingIfNeeded: carry)
      carry >>= 8
    }
  }

  static func bmpString(_ utf8: [UInt8]) -> [UInt8] {
    String(decoding: utf8, as: UTF8.self).utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } + [0, 0]
  }
}
