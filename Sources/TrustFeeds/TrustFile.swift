import PKI
import Trust

/// Files that trust is built from, read whole or not at all.
public enum TrustFile {
  /// Every certificate of a CA file: PEM with one or more, or a single DER.
  ///
  /// - Throws: `TrustFileError` where there is none, one can't be read, or the file holds something else.
  public static func certificates(in bytes: [UInt8], path: String) throws(TrustFileError) -> [Certificate] {
    if bytes.first == derSequence { return [try certificate(bytes, path: path, line: nil)] }
    var certificates: [Certificate] = []
    for (der, line) in try blocks(bytes, path: path, wanted: "certificate", pick: \.certificateDER) {
      certificates.append(try certificate(der, path: path, line: line))
    }
    return certificates
  }

  /// Every CRL of a file, in DER: PEM with one or more, or a single DER.
  public static func revocationLists(in bytes: [UInt8], path: String) throws(TrustFileError) -> [[UInt8]] {
    if bytes.first == derSequence { return [bytes] }
    return try blocks(bytes, path: path, wanted: "CRL") { $0.label == "X509 CRL" ? $0.bytes : nil }.map(\.der)
  }

  /// Every certificate of the file at `path`, for commands: a pipe will do.
  public static func certificates(at path: String) throws(TrustFileError) -> [Certificate] {
    try certificates(in: bytes(at: path, limit: .certificates.acceptingStreams), path: path)
  }

  /// Every CRL of the file at `path`, or of the files in the directory there, one at least. For commands: a pipe will do.
  public static func revocationLists(at path: String) throws(TrustFileError) -> [[UInt8]] {
    var lists: [[UInt8]] = []
    for file in try files(at: path) {
      lists += try revocationLists(in: bytes(at: file, limit: .revocationLists.acceptingStreams), path: file)
    }
    guard !lists.isEmpty else { throw TrustFileError(path: path, line: nil, reason: "there is no CRL in it") }
    return lists
  }

  /// The CRLs at `path` file by file, for whoever is to change one of them.
  public static func revocationListFiles(at path: String) throws(TrustFileError) -> [RevocationListFile] {
    var files: [RevocationListFile] = []
    for file in try Self.files(at: path) {
      let bytes = try bytes(at: file, limit: .revocationLists)
      files.append(
        RevocationListFile(
          path: file, lists: try revocationLists(in: bytes, path: file), isDER: bytes.first == derSequence))
    }
    return files
  }

  /// The CRLs of the one file at `path`.
  public static func revocationLists(inFile path: String) throws(TrustFileError) -> [[UInt8]] {
    try revocationLists(in: bytes(at: path, limit: .revocationLists), path: path)
  }

  /// `path`, or the files in it where it is a directory.
  public static func files(at path: String) throws(TrustFileError) -> [String] {
    do throws(FileFault) {
      return try WholeFile.files(at: path)
    } catch {
      throw TrustFileError(path: path, line: nil, reason: error.message)
    }
  }

  static func bytes(at path: String, limit: FileLimit) throws(TrustFileError) -> [UInt8] {
    do throws(FileFault) {
      return try WholeFile.read(path, limit: limit)
    } catch {
      throw TrustFileError(path: path, line: nil, reason: error.message)
    }
  }

  private static let derSequence: UInt8 = 0x30

  private static func certificate(_ der: [UInt8], path: String, line: Int?) throws(TrustFileError) -> Certificate {
    do throws(PKIError) {
      return try Certificate(der: der)
    } catch {
      throw TrustFileError(path: path, line: line, reason: "not a certificate: \(error)")
    }
  }

  /// What `pick` makes of the PEM blocks, one at least. Other blocks beside are passed over, as OpenSSL does; a damaged
  /// one is an error.
  private static func blocks(
    _ bytes: [UInt8], path: String, wanted: String, pick: (PEMBlock) -> [UInt8]?
  ) throws(TrustFileError) -> [(der: [UInt8], line: Int)] {
    let blocks: [PEMBlock]
    do throws(PKIError) {
      blocks = try PEM.decode(bytes)
    } catch {
      throw TrustFileError(path: path, line: nil, reason: "\(error)")
    }
    let found = blocks.compactMap { block in pick(block).map { (der: $0, line: block.line) } }
    guard found.isEmpty else { return found }
    guard let other = blocks.first else {
      throw TrustFileError(path: path, line: nil, reason: "there is no \(wanted) in it")
    }
    throw TrustFileError(path: path, line: other.line, reason: "a \(other.label) where a \(wanted) is expected")
  }
}

/// A file of CRLs as it is.
public struct RevocationListFile: Sendable {
  public let path: String
  /// In DER, in the file's order.
  public let lists: [[UInt8]]
  /// One list in DER rather than PEM.
  public let isDER: Bool
}

/// What is wrong with a file that trust is to be built from.
public struct TrustFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public var path: String
  /// Counted from 1, where the file is PEM.
  public var line: Int?
  public var reason: String

  public init(path: String, line: Int?, reason: String) {
    self.path = path
    self.line = line
    self.reason = reason
  }

  public var description: String {
    let place = line.map { "\(path):\($0)" } ?? path
    return "\(place): \(reason)"
  }
}
