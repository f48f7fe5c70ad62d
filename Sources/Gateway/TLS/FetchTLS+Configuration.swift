import ConfigModel
import ConfigSyntax
import Fetch
import PKI

extension FetchTLS {
  /// Trusts the certificates of `file`; `nil` without one.
  static func trusting(_ file: PathReference?, directive: String) throws(Diagnostic) -> FetchTLS? {
    guard let file else { return nil }
    return try trusting(ClientTrust.authorities(file, directive: directive), of: file, for: directive)
  }

  /// Trusts `authorities`, which stand in `file`; `nil` without one.
  static func trusting(
    _ authorities: [Certificate], of file: PathReference?, for directive: String
  ) throws(Diagnostic) -> FetchTLS? {
    guard let file else { return nil }
    do throws(FetchError) {
      return try FetchTLS(authorities: authorities)
    } catch {
      throw Diagnostic("\(file.path): \(error) (\(directive))", at: file.position)
    }
  }
}
