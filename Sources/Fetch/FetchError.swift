import HTTPWire
import TLSEngine
import Trust

/// Why a request brought no response: one case for each thing that went wrong.
public enum FetchError: Error, Hashable, Sendable {
  /// https without certificates to trust.
  case noTrust
  /// Certificates or key of the caller that the engine can't use.
  case unusableTLS(String)
  /// The name has no address.
  case hostNotFound(String)
  /// Every address of the host is one of this machine or of an inner network, and the host is not known to be there.
  case innerAddress(host: String)
  /// No connection: what the system said of the last address tried.
  case unreachable(String)
  /// The time for all of it is up.
  case timedOut(Duration)
  /// The server's certificate is not to be trusted, or is another's.
  case untrusted(Refusal)
  case tls(TLSError)
  /// The connection ended before the response did.
  case closedEarly
  case malformed(HTTP1ResponseError)
  /// More bytes than the caller takes.
  case bodyTooLarge(limit: Int)
  /// A redirect to where this request may not go.
  case redirectRefused(String)
  case tooManyRedirects(Int)
  case cancelled

  /// Who has to do something about it.
  public enum Fault: Hashable, Sendable {
    case caller
    /// Names, routes, or a server that is down.
    case network
    case server
  }

  public var fault: Fault {
    switch self {
    case .noTrust, .unusableTLS, .cancelled, .innerAddress: .caller
    case .hostNotFound, .unreachable, .timedOut: .network
    case .untrusted, .tls, .closedEarly, .malformed, .bodyTooLarge, .redirectRefused, .tooManyRedirects: .server
    }
  }
}

extension FetchError: CustomStringConvertible {
  /// For the log.
  public var description: String {
    switch self {
    case .noTrust: "there is no certificate to trust a https server by"
    case .unusableTLS(let reason): "the certificates for TLS can't be used: \(reason)"
    case .hostNotFound(let host): "host \"\(host)\" not found"
    case .innerAddress(let host): "host \"\(host)\" has an inner address, and is not named as a host to be asked"
    case .unreachable(let reason): "no connection: \(reason)"
    case .timedOut(let limit): "timed out after \(limit)"
    case .untrusted(let refusal):
      "the server's certificate is refused: \(refusal.opensslText)"
        + (refusal.detail.isEmpty ? "" : " (\(refusal.detail))")
    case .tls(let error): "\(error)"
    case .closedEarly: "connection closed before the response was complete"
    case .malformed(let error): "malformed response: \(error)"
    case .bodyTooLarge(let limit): "the response has more than \(limit) bytes"
    case .redirectRefused(let url): "redirected to \"\(url)\", which is not allowed"
    case .tooManyRedirects(let limit): "redirected more than \(limit) times"
    case .cancelled: "cancelled"
    }
  }
}
