/// Why a certificate or key could not be loaded.
enum CredentialFailure: Error, Hashable {
  case unreadableCertificate(String, String)
  case unreadableKey(String, String)
  case badCertificate(String, String)
  case badKey(String, String)
  /// Key and certificate are no pair, or the library refuses them.
  case unusable(String, String)
  /// A variable's value has a NUL, or leads to a folder above.
  case unsafeName(String)
}

extension CredentialFailure: CustomStringConvertible {
  /// In nginx's words where it has some.
  var description: String {
    switch self {
    case .unreadableCertificate(let name, let reason), .badCertificate(let name, let reason):
      "cannot load certificate \"\(name)\": \(reason)"
    case .unreadableKey(let name, let reason), .badKey(let name, let reason):
      "cannot load certificate key \"\(name)\": \(reason)"
    case .unusable(let name, let reason): "cannot use certificate \"\(name)\": \(reason)"
    case .unsafeName(let name): "cannot load certificate \"\(name)\": its name leads out of the folder"
    }
  }
}
