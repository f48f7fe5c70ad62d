import Gateway

/// What `-v` and `-V` print.
enum BuildInformation {
  static let versionLine = "countersign version: \(GatewayVersion.product)"

  static let text = """
    \(versionLine)
    built with BoringSSL, NIO and PCRE2
    TLS SNI support enabled
    configuration language: nginx 1.31 (docs/nginx-compatibility.md)
    """
}
