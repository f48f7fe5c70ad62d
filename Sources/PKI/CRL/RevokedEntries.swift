import Cryptography

/// The entries of a CRL, made on demand from the list's bytes; holding it costs no memory for each entry.
public struct RevokedEntries: Sequence, Hashable, Sendable {
  private let der: [UInt8]
  private let range: Range<Int>
  public let count: Int
  /// The OIDs of the critical extensions that occur in entries.
  public let criticalExtensions: Set<OID>

  public var isEmpty: Bool { count == 0 }

  /// `revokedCertificates SEQUENCE OF … OPTIONAL`: every entry is checked.
  ///
  /// Deviation: an empty sequence, which the clause forbids and old software writes, is read as none.
  init(reading body: inout DERReader, allowsExtensions: Bool) throws(DERError) {
    let der = body.bytes
    self.der = der
    guard let list = try body.readIfPresent(.sequence) else {
      (range, count, criticalExtensions) = (0..<0, 0, [])
      return
    }
    range = list.content
    var reader = body.inside(list)
    var found = 0
    var critical: Set<OID> = []
    while !reader.isAtEnd {
      let view = try RevokedEntryView(reading: &reader)
      found += 1
      guard var field = view.extensionReader(der) else { continue }
      guard allowsExtensions else { throw DERError(.extensionsNotAllowed, at: field.position) }
      try ExtensionRecord.walk(&field) { record in
        if record.isCritical { critical.insert(record.oid(der)) }
      }
    }
    (count, criticalExtensions) = (found, critical)
  }

  public func makeIterator() -> Iterator { Iterator(views: makeViewIterator(), der: der) }

  /// Entries in full: serial number, reason and the rest copied out.
  public struct Iterator: IteratorProtocol {
    private var views: ViewIterator
    private let der: [UInt8]

    init(views: ViewIterator, der: [UInt8]) {
      self.views = views
      self.der = der
    }

    public mutating func next() -> RevokedEntry? { views.next().map { RevokedEntry($0, in: der) } }
  }

  func makeViewIterator() -> ViewIterator { ViewIterator(reader: DERReader(der, range: range)) }

  struct ViewIterator: IteratorProtocol {
    fileprivate var reader: DERReader

    mutating func next() -> RevokedEntryView? {
      reader.isAtEnd ? nil : try? RevokedEntryView(reading: &reader)
    }
  }

  /// Calls `body` with each entry's serial number (content octets, lent for the call), date and its extensions' DER
  /// when it has any, in order, allocating nothing.
  public func forEachSerial(
    _ body: (_ serial: UnsafeRawBufferPointer, _ date: UnixTime, _ hasExtensions: Bool) -> Void
  ) {
    var views = makeViewIterator()
    der.withUnsafeBytes { bytes in
      while let view = views.next() {
        body(UnsafeRawBufferPointer(rebasing: bytes[view.serial]), view.revocationDate, view.extensions != nil)
      }
    }
  }

  /// The entry for this serial number, found by walking: for a list that is asked once. Keep an index for more.
  public func entry(for serial: SerialNumber) -> RevokedEntry? {
    var views = makeViewIterator()
    while let view = views.next() {
      if der[view.serial].elementsEqual(serial.bytes) { return RevokedEntry(view, in: der) }
    }
    return nil
  }

  public static func == (a: RevokedEntries, b: RevokedEntries) -> Bool { a.der[a.range] == b.der[b.range] }

  public func hash(into hasher: inout Hasher) { hasher.combine(der[range]) }
}

/// Where the parts of an entry are.
///
///     SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }
struct RevokedEntryView {
  let serial: Range<Int>
  let revocationDate: UnixTime
  /// The `Extensions`, tag included.
  let extensions: Range<Int>?

  init(reading reader: inout DERReader) throws(DERError) {
    var entry = try reader.enter()
    serial = try entry.readIntegerElement().content
    revocationDate = try entry.readTime()
    extensions = try entry.readIfPresent(.sequence)?.range
    try entry.finish()
  }

  func extensionReader(_ der: [UInt8]) -> DERReader? { extensions.map { DERReader(der, range: $0) } }
}
