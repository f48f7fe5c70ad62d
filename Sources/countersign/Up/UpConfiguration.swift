import Authority
import Cryptography

/// `gateway.conf` as `up` writes it: nginx's language, meant to be read and edited.
struct UpConfiguration {
  let address: ListenAddress
  let names: [String]
  let upstream: String?
  let server: UpServer
  let trust: UpTrust
  let root: String
  /// Absolute; opens the CA's key.
  let passwordFile: String?

  private var path: String { root + "/gateway.conf" }

  /// Writes the file unless it was edited since; whether it is ours.
  func write() throws -> Bool {
    if FileReader.exists(path) {
      let present = try FileReader.bytes(of: path, limit: 1 << 20)
      guard Self.isUnedited(present) else { return false }
    }
    let body = text
    let head =
      "# Written by `countersign up`, checksum \(Self.checksum(body)). Edit it, and it is yours: it won't be replaced.\n"
    try AtomicFile.write(Array((head + body).utf8), to: path, mode: 0o644)
    return true
  }

  private static func checksum(_ body: String) -> String {
    HexText.lower(Digest.sha256.hash(Array(body.utf8)).prefix(8))
  }

  private static func isUnedited(_ bytes: [UInt8]) -> Bool {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", maxSplits: 1)
    guard lines.count == 2 else { return false }
    return lines[0].contains("checksum \(checksum(String(lines[1]))).")
  }

  private func relative(_ file: String) -> String {
    file.hasPrefix(root + "/") ? String(file.dropFirst(root.count + 1)) : file
  }

  private var text: String {
    """

    daemon off;
    worker_processes auto;
    pid gateway.pid;
    error_log stderr notice;
    # Where `countersign why ID` looks for a refusal.
    error_log error.log notice;

    events { }

    http {
      # Who came, and what was said of their certificate.
      log_format mtls '$remote_addr [$time_local] "$request" $status $body_bytes_sent '
                      '$ssl_client_verify "$ssl_client_s_dn"';
      access_log access.log mtls;

      ssl_session_cache shared:SSL:10m;
      ssl_session_timeout 1h;

      server {
        listen \(address.text) ssl;
        http2 on;
        server_name \((["localhost"] + names).joined(separator: " "));

        ssl_certificate     \(relative(server.certificate));
        ssl_certificate_key \(relative(server.key));
        ssl_protocols       TLSv1.2 TLSv1.3;

        # Only holders of a certificate of this CA get in. Its CRL counts as soon as it changes, and is renewed in time.
        ssl_client_certificate \(relative(trust.certificates));
        authority_directory    .;\(passwordDirective)
        ssl_crl                authority;
        ssl_verify_client      on;\(scope)

    \(location)
      }
    }

    """
  }

  private var scope: String {
    trust.hasAllCRLs
      ? ""
      : "\n    # The CRL of the CA above is not here: only whether clients are revoked is checked.\n    ssl_crl_check          leaf;"
  }

  private var passwordDirective: String {
    passwordFile.map { "\n    authority_password_file \"\($0)\";" } ?? ""
  }

  private var location: String {
    guard let upstream else {
      return """
            location / {
              return 200 "mTLS Authentication Successful!\\nClient DN: $ssl_client_s_dn\\nVerify Status: $ssl_client_verify\\n";
              add_header Content-Type text/plain;
            }
        """
    }
    return """
          location / {
            proxy_pass \(upstream);
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
            proxy_set_header X-SSL-Client-DN $ssl_client_s_dn;
            proxy_set_header X-SSL-Issuer-DN $ssl_client_i_dn;
            proxy_set_header X-SSL-Client-Serial $ssl_client_serial;
            proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
          }
      """
  }
}
