import Cryptography

/// One block of a PEM text.
public struct PEMBlock: Hashable, Sendable {
  /// `CERTIFICATE`, without the dashes.
  public var label: String
  public var bytes: [UInt8]
  /// The line of BEGIN, counted from 1.
  public var line: Int

  /// The certificate in a block labelled `CERTIFICATE`, `X509 CERTIFICATE` or `TRUSTED CERTIFICATE` (without the trust
  /// settings OpenSSL appends to the last); nil for any other block.
  public var certificateDER: [UInt8]? {
    switch label {
    case "CERTIFICATE", "X509 CERTIFICATE": return bytes
    case "TRUSTED CERTIFICATE":
      var reader = DERReader(bytes)
      return (try? reader.next()).map { reader.whole($0) } ?? bytes
    default: return nil
    }
  }
}

/// The textual armour of RFC 7468.
public enum PEM {
  /// Every block of the text, in order; a text without any gives none. Text around blocks, CRLF and white space are
  /// passed over as OpenSSL does; a damaged block is an error, never skipped.
  public static func decode(_ bytes: [UInt8]) throws(PKIError) -> [PEMBlock] {
    do throws(PEMError) {
      return try PEMArmour.decode(bytes).map { PEMBlock(label: $0.label, bytes: $0.bytes, line: $0.line) }
    } catch { throw .pem(error) }
  }

  /// 64 characters a line, as OpenSSL writes it.
  public static func encode(label: String, der: [UInt8]) -> [UInt8] {
    PEMArmour.encode(label: label, der: der)
  }

  /// The first block with one of these labels.
  static func first(_ labels: [String], in text: [UInt8]) throws(PKIError) -> [UInt8] {
    guard let block = try decode(text).first(where: { labels.contains($0.label) }) else {
      throw .missingPEMBlock(label: labels[0])
    }
    return block.bytes
  }
}
