import Trust

/// The public suffix list of this machine.
public enum PublicSuffixFile {
  /// Where Debian's package `publicsuffix` puts it.
  public static let path = "/usr/share/publicsuffix/public_suffix_list.dat"

  /// Read once for each process; nil where the file is missing or no list.
  private static let installed = read(path)

  /// What a policy of this profile and purpose judges wildcards by; nil where nobody asks, or there is none.
  public static func list(for profile: VerifierProfile, purpose: Purpose) -> PublicSuffixList? {
    profile == .strict && purpose == .server ? installed : nil
  }

  static func read(_ path: String) -> PublicSuffixList? {
    do throws(FileFault) {
      return PublicSuffixList(try WholeFile.read(path, limit: .certificates))
    } catch {
      return nil
    }
  }
}
