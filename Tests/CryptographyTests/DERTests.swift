import Testing

@testable import Cryptography

@Suite("DER")
struct DERTests {
  @Test(
    "lengths that DER forbids are refused",
    arguments: [
      ([0x30], DERError.Reason.truncated), ([0x30, 0x80, 0, 0], .indefiniteLength),
      ([0x30, 0x81, 0x7f], .lengthNotMinimal), ([0x30, 0x82, 0x00, 0x80], .lengthNotMinimal),
      ([0x30, 0x85, 1, 0, 0, 0, 0], .lengthTooLarge), ([0x30, 0xff], .lengthTooLarge),
      ([0x30, 0x82, 0x01], .truncated), ([0x04, 0x02, 0x00], .truncated), ([0x1f, 0x20, 0x00], .highTagNumber),
      ([0x30, 0x84, 0xff, 0xff, 0xff, 0xff], .truncated),
    ] as [([UInt8], DERError.Reason)])
  func lengths(bytes: [UInt8], reason: DERError.Reason) {
    var reader = DERReader(bytes)
    #expect(throws: DERError(reason, at: 0)) { try reader.next() }
    #expect(reader.position == 0)
  }

  @Test("integers are minimal")
  func integers() throws {
    for value in [0, 1, 127, 128, 255, 256, 65_535, .max] {
      var reader = DERReader(DERWriter.bytes { $0.integer(value) })
      #expect(try reader.readUnsigned() == value)
    }
    for bytes in [[0x02, 0x00], [0x02, 0x02, 0x00, 0x7f], [0x02, 0x02, 0xff, 0x80]] as [[UInt8]] {
      var reader = DERReader(bytes)
      #expect(throws: DERError(.invalidInteger, at: 0)) { try reader.readUnsigned() }
    }
    var negative = DERReader([0x02, 0x01, 0xff])
    #expect(throws: DERError(.integerOutOfRange, at: 0)) { try negative.readUnsigned() }
    #expect(DERWriter.bytes { $0.integer(-129) } == [0x02, 0x02, 0xff, 0x7f])
  }

  @Test("booleans are 00 or FF, and FALSE is not encoded where it is the default")
  func booleans() throws {
    var yes = DERReader([0x01, 0x01, 0xff])
    #expect(try yes.readBoolean())
    var odd = DERReader([0x01, 0x01, 0x01])
    #expect(throws: DERError(.invalidBoolean, at: 0)) { try odd.readBoolean() }
    var encodedDefault = DERReader([0x01, 0x01, 0x00])
    #expect(throws: DERError(.encodedDefault, at: 0)) { try encodedDefault.readBooleanDefaultFalse() }
  }

  @Test("unused bits of a bit string are at most 7 and zero")
  func bitStrings() throws {
    for bytes in [[0x03, 0x00], [0x03, 0x01, 0x01], [0x03, 0x02, 0x08, 0x00], [0x03, 0x02, 0x01, 0x01]] as [[UInt8]] {
      var reader = DERReader(bytes)
      #expect(throws: DERError(.invalidBitString, at: 0)) { try reader.readBitString() }
    }
    #expect(DERWriter.bytes { $0.namedBits(0b1, count: 9) } == [0x03, 0x02, 0x07, 0x80])
    #expect(DERWriter.bytes { $0.namedBits(0x100, count: 9) } == [0x03, 0x03, 0x07, 0x00, 0x80])
    #expect(DERWriter.bytes { $0.namedBits(0, count: 9) } == [0x03, 0x01, 0x00])
  }

  @Test("object identifiers are complete and not padded")
  func identifiers() throws {
    for bytes in [[0x06, 0x00], [0x06, 0x01, 0x80], [0x06, 0x02, 0x80, 0x01], [0x06, 0x03, 0x55, 0x80, 0x01]]
      as [[UInt8]]
    {
      var reader = DERReader(bytes)
      #expect(throws: DERError(.invalidObjectIdentifier, at: 0)) { try reader.readObjectIdentifier() }
    }
  }

  @Test("a reader stays inside of its element")
  func bounds() throws {
    var outer = DERReader([0x30, 0x02, 0x02, 0x05, 1, 2, 3, 4, 5])
    var inner = try outer.enter()
    #expect(throws: DERError(.truncated, at: 2)) { try inner.next() }
    #expect(throws: DERError(.trailingBytes, at: 4)) { try outer.finish() }
  }

  @Test("long contents get long lengths")
  func longLengths() throws {
    for count in [127, 128, 255, 256, 65_535, 65_536] {
      let bytes = DERWriter.bytes { $0.octetString([UInt8](repeating: 7, count: count)) }
      var reader = DERReader(bytes)
      #expect(try reader.readOctetString().count == count)
      #expect(reader.isAtEnd)
    }
  }
}
