/// What names a presented chain in sessions and verdicts, whatever order its issuers came in and however often.
public enum ChainHash {
  /// SHA-256 over the first certificate and then each other one once, in the order of their bytes, each preceded by its
  /// length in eight bytes, big-endian; then, where certificates were left unread, over their number in eight bytes.
  ///
  /// - Parameter unread: how many more the peer sent.
  public static func of(_ certificates: [[UInt8]], unread: Int = 0) -> [UInt8] {
    var hasher = SHA256Hasher()
    for certificate in certificates.count < 3 ? certificates : inOrder(certificates) {
      withUnsafeBytes(of: UInt64(certificate.count).bigEndian) { hasher.update($0) }
      hasher.update(certificate)
    }
    if unread > 0 { withUnsafeBytes(of: UInt64(unread).bigEndian) { hasher.update($0) } }
    return hasher.finalize()
  }

  private static func inOrder(_ certificates: [[UInt8]]) -> [[UInt8]] {
    var ordered = [certificates[0]]
    for certificate in certificates.dropFirst().sorted(by: { $0.lexicographicallyPrecedes($1) })
    where certificate != ordered[ordered.count - 1] || ordered.count == 1 {
      ordered.append(certificate)
    }
    return ordered
  }
}
