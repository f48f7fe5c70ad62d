/// Why a request is refused for the way its client came, before any certificate is judged.
public enum RequestRule: String, Hashable, Sendable, CaseIterable {
  case noCertificate = "no_certificate"
  case noTLS = "no_tls"
  case plaintext = "plaintext_on_tls_port"
  case misdirected = "misdirected"

  public var meaning: String {
    switch self {
    case .noCertificate: "the client sent no certificate, and ssl_verify_client requires one"
    case .noTLS: "the place has CAs of its own, and on a port without TLS no certificate can be asked for"
    case .plaintext: "the client speaks plain HTTP on a port for TLS"
    case .misdirected: "Host names a server of another policy than the handshake was made for (RFC 9110 §15.5.20)"
    }
  }

  public var cure: String {
    switch self {
    case .noCertificate:
      "configure a certificate and key in the client (curl: --cert and --key); browsers ask only where they have one of a CA "
        + "of ssl_client_certificate"
    case .noTLS: "use the https port of the server, or take ssl_client_certificate out of this location"
    case .plaintext: "use https:// in the client"
    case .misdirected: "have the client open a connection of its own for the name, or give both servers one policy"
    }
  }
}
