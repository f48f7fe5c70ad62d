import PKI
import Trust

/// Files that trust is built from, read whole or not at all.
public enum TrustFile {
  /// Every certificate of a CA file: PEM with one or more, or a single DER.
  ///
  /// - Throws: `TrustFileError` where there is none, one can't be read, or the file holds something else.
  public static func certificates(in bytes: [UInt8], path: String) throws(TrustFileError) -> [Certificate] {
    var certificates: [Certificate] = []
    if bytes.first == derSequence { return [try certificate(bytes, path: path, line: nil)] }
    for block in try blocks(bytes, path: path, labels: ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]) {
      certificates.append(try certificate(block.bytes, path: path, line: block.line))
    }
    guard !certificates.isEmpty else {
      throw TrustFileError(path: path, line: nil, reason: "there is no certificate in it")
    }
    return certificates
  }

  /// Every CRL of a file, in DER: PEM with one or more, or a single DER.
  public static func revocationLists(in bytes: [UInt8], path: String) throws(TrustFileError) -> [[UInt8]] {
    if bytes.first == derSequence { return [bytes] }
    let lists = try blocks(bytes, path: path, labels: ["X509 CRL"]).map(\.bytes)
    guard !lists.isEmpty else { throw TrustFileError(path: path, line: nil, reason: "there is no CRL in it") }
    return lists
  }

  private static let derSequence: UInt8 = 0x30

  private static func certificate(_ der: [UInt8], path: String, line: Int?) throws(TrustFileError) -> Certificate {
    do throws(PKIError) {
      return try Certificate(der: der)
    } catch {
      throw TrustFileError(path: path, line: line, reason: "not a certificate: \(error)")
    }
  }

  private static func blocks(
    _ bytes: [UInt8], path: String, labels: Set<String>
  ) throws(TrustFileError) -> [PEMBlock] {
    let blocks: [PEMBlock]
    do throws(PKIError) {
      blocks = try PEM.decode(bytes)
    } catch {
      throw TrustFileError(path: path, line: nil, reason: "\(error)")
    }
    for block in blocks where !labels.contains(block.label) {
      throw TrustFileError(path: path, line: block.line, reason: "a \(block.label) has no place here")
    }
    return blocks
  }
}

/// What is wrong with a file that trust is to be built from.
public struct TrustFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public var path: String
  /// Counted from 1, where the file is PEM.
  public var line: Int?
  public var reason: String

  public var description: String {
    let place = line.map { "\(path):\($0)" } ?? path
    return "\(place): \(reason)"
  }
}
