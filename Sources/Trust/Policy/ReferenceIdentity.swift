/// What a server must be named for us to talk to it (RFC 9525 §6.1), or a person (RFC 5280 §4.2.1.6).
public enum ReferenceIdentity: Hashable, Sendable, CustomStringConvertible {
  /// A DNS name; compared without case and without a final dot.
  case host(String)
  /// Four or sixteen bytes.
  case address([UInt8])
  case email(String)

  public var description: String {
    switch self {
    case .host(let name): "host \(name)"
    case .address(let bytes): "address \(bytes.map { "\($0)" }.joined(separator: "."))"
    case .email(let address): "email \(address)"
    }
  }
}
