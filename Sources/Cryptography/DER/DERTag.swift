/// An identifier octet: class, constructed bit and a tag number below 31.
public struct DERTag: Hashable, Sendable {
  public var rawValue: UInt8

  @inlinable
  public init(_ rawValue: UInt8) { self.rawValue = rawValue }

  /// `[number]`, primitive (an IMPLICIT primitive type).
  @inlinable
  public static func context(_ number: UInt8) -> DERTag { DERTag(0x80 | number) }

  /// `[number]`, constructed (EXPLICIT, or an IMPLICIT SEQUENCE or SET).
  @inlinable
  public static func contextConstructed(_ number: UInt8) -> DERTag { DERTag(0xa0 | number) }

  @inlinable public var isConstructed: Bool { rawValue & 0x20 != 0 }
  /// A universal type that DER encodes as primitive, encoded as constructed (X.690 §10.2).
  public var isInPieces: Bool {
    rawValue & 0xe0 == 0x20 && ![Self.sequence, .set, DERTag(0x28), DERTag(0x2b), DERTag(0x3d)].contains(self)
  }
  @inlinable public var isContextSpecific: Bool { rawValue & 0xc0 == 0x80 }
  /// The tag number.
  @inlinable public var number: UInt8 { rawValue & 0x1f }

  @inlinable public static var boolean: DERTag { DERTag(0x01) }
  @inlinable public static var integer: DERTag { DERTag(0x02) }
  @inlinable public static var bitString: DERTag { DERTag(0x03) }
  @inlinable public static var octetString: DERTag { DERTag(0x04) }
  @inlinable public static var null: DERTag { DERTag(0x05) }
  @inlinable public static var objectIdentifier: DERTag { DERTag(0x06) }
  @inlinable public static var enumerated: DERTag { DERTag(0x0a) }
  @inlinable public static var utf8String: DERTag { DERTag(0x0c) }
  @inlinable public static var numericString: DERTag { DERTag(0x12) }
  @inlinable public static var printableString: DERTag { DERTag(0x13) }
  @inlinable public static var teletexString: DERTag { DERTag(0x14) }
  @inlinable public static var ia5String: DERTag { DERTag(0x16) }
  @inlinable public static var utcTime: DERTag { DERTag(0x17) }
  @inlinable public static var generalizedTime: DERTag { DERTag(0x18) }
  @inlinable public static var visibleString: DERTag { DERTag(0x1a) }
  @inlinable public static var generalString: DERTag { DERTag(0x1b) }
  @inlinable public static var universalString: DERTag { DERTag(0x1c) }
  @inlinable public static var bmpString: DERTag { DERTag(0x1e) }
  @inlinable public static var sequence: DERTag { DERTag(0x30) }
  @inlinable public static var set: DERTag { DERTag(0x31) }
}
