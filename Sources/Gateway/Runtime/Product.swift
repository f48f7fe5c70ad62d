/// How the gateway names itself, in the Server field and on its pages.
public enum Product {
  public static let name = "countersign"
  public static let version = "0.1.0"
  static let nameAndVersion = "\(name)/\(version)"
}
