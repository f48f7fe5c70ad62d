import TLSEngine

extension VariableTable {
  /// What the handshake agreed on; nothing on a plain connection.
  static let tls: [String: VariableGetter] = [
    "ssl_protocol": fact { "\($0.version)" },
    "ssl_cipher": fact { $0.cipher },
    "ssl_ciphers": fact { $0.clientCiphers },
    "ssl_curve": fact { $0.group },
    "ssl_curves": fact { $0.clientCurves },
    "ssl_sigalg": fact { $0.sigalg },
    "ssl_sigalgs": fact { $0.clientSigalgs },
    "ssl_client_sigalg": fact { $0.peerSigalg },
    "ssl_server_name": { request, out in
      guard let name = request.connection.tls?.serverName else { return false }
      out.append(field: name)
      return true
    },
    "ssl_session_reused": fact { $0.isResumed ? "r" : "." },
    "ssl_session_id": { request, out in
      guard let identifier = request.connection.tls?.sessionID, !identifier.isEmpty else { return false }
      out.append(hex: identifier)
      return true
    },
    "ssl_early_data": fact { $0.earlyData ? "1" : nil },
    "ssl_alpn_protocol": fact { $0.alpn },
    // Encrypted ClientHellos are not spoken: nobody's succeeds.
    "ssl_ech_status": { _, _ in false },
    "ssl_ech_outer_server_name": { _, _ in false },
  ]

  private static func fact(_ value: @escaping @Sendable (TLSSessionFacts) -> String?) -> VariableGetter {
    { request, out in
      guard let facts = request.connection.tls, let text = value(facts), !text.isEmpty else { return false }
      out.append(field: text.utf8)
      return true
    }
  }
}

extension [UInt8] {
  /// Appends what may stand in a header field: CR, LF and NUL become spaces, so that no value can end its line.
  mutating func append(field text: some Sequence<UInt8>) {
    for byte in text { append(byte == 0 || byte == 0x0A || byte == 0x0D ? 0x20 : byte) }
  }
}
