import ConfigModel
import ConfigSyntax
import Fetch

extension FetchTLS {
  /// Trusts the certificates of `file`; `nil` without one.
  static func trusting(_ file: PathReference?, directive: String) throws(Diagnostic) -> FetchTLS? {
    guard let file else { return nil }
    let authorities = try ClientTrust.authorities(file, directive: directive)
    do throws(FetchError) {
      return try FetchTLS(authorities: authorities)
    } catch {
      throw Diagnostic("\(file.path): \(error) (\(directive))", at: file.position)
    }
  }
}
