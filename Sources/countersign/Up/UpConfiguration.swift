import Authority
import Cryptography
import Glibc

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
  private var site: Site { Site(address: address, names: names, upstream: upstream) }

  /// Whether the file is missing or as this command wrote it.
  func isOurs() throws -> Bool { try !FileReader.exists(path) || Self.isUnedited(path) }

  /// Writes the file unless it was edited since.
  ///
  /// - Returns: what it was before; nil: nothing was written, empty: there was none.
  func write() throws -> [UInt8]? {
    guard try isOurs() else { return nil }
    let before = FileReader.exists(path) ? try FileReader.bytes(of: path, limit: 1 << 20) : []
    let body = text
    let head =
      "# Written by `countersign up`, checksum \(Self.checksum(body)). Edit it, and it is yours: it won't be replaced.\n"
    try AtomicFile.write(Array((head + body).utf8), to: path, mode: 0o644)
    return before
  }

  /// Undoes ``write()``.
  func restore(_ before: [UInt8]?) throws {
    guard let before else { return }
    guard !before.isEmpty else {
      unlink(path)
      return
    }
    try AtomicFile.write(before, to: path, mode: 0o644)
  }

  /// `daemon off`, unless an edited file says something of it.
  func globalDirectives() throws -> String? {
    let text = String(decoding: try FileReader.bytes(of: path, limit: 1 << 20), as: UTF8.self)
    let says = text.split(separator: "\n").contains { line in
      line.drop(while: \.isWhitespace).hasPrefix("daemon ")
    }
    return says ? nil : "daemon off;"
  }

  static func isUnedited(_ path: String) throws -> Bool { isUnedited(try FileReader.bytes(of: path, limit: 1 << 20)) }

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
        server_name \(site.serverNames);

        ssl_certificate     \(relative(server.certificate));
        ssl_certificate_key \(relative(server.key));
        ssl_protocols       TLSv1.2 TLSv1.3;

        # Only holders of a certificate of this CA get in. Its CRL counts as soon as it changes, and is renewed in time.
        ssl_client_certificate \(relative(trust.certificates));
        authority_directory    .;\(passwordDirective)
        ssl_crl                authority;
        ssl_verify_client      on;\(scope)

    \(site.location)
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
}

extension UpConfiguration {
  /// The part that needs no certificate.
  struct Site {
    let address: ListenAddress
    let names: [String]
    let upstream: String?

    var serverNames: String { (["localhost"] + names).joined(separator: " ") }

    /// The same site without TLS, to be checked before anything is made.
    var probe: String {
      "error_log stderr;\nevents { }\nhttp {\n  access_log off;\n  server {\n    listen \(address.text);\n    server_name \(serverNames);\n\(location)\n  }\n}\n"
    }

    var location: String {
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

              # What the client asked for, its port included.
              proxy_set_header Host $http_host;
              proxy_set_header X-Forwarded-Host $http_host;
              proxy_set_header X-Forwarded-Proto $scheme;
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              proxy_set_header X-Real-IP $remote_addr;

              # Who the client is. Headers of these names that clients send themselves never get through.
              proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
              proxy_set_header X-SSL-Client-DN $ssl_client_s_dn;
              proxy_set_header X-SSL-Issuer-DN $ssl_client_i_dn;
              proxy_set_header X-SSL-Client-Serial $ssl_client_serial;
              proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;

              # WebSocket, and no other protocol.
              set $upgrade "";
              set $connection "";
              if ($http_upgrade ~* ^websocket$) {
                set $upgrade websocket;
                set $connection upgrade;
              }
              proxy_set_header Upgrade $upgrade;
              proxy_set_header Connection $connection;

              # Bodies of any size: the service says what is too large.
              client_max_body_size 0;
            }
        """
    }
  }
}
