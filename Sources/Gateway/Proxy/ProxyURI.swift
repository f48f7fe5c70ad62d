/// The target of the request line sent to an upstream.
struct ProxyURI {
  /// The URI part of `proxy_pass`; empty where it has none.
  var replacement: [UInt8]
  /// `proxy_pass` has variables: its URI part, where not empty, is the whole target.
  var isComplete = false
  /// How much of the request's URI the location's prefix covers; 0 for regular expressions and named locations.
  var prefixLength: Int

  /// What the request is, as far as its target goes.
  struct Subject {
    /// Decoded and normalised.
    var uri: [UInt8]
    var args: [UInt8]
    /// As the client sent it.
    var unparsed: [UInt8]
    /// No rewrite has changed the URI: it may be passed on as received.
    var isUnparsedValid: Bool
    /// The URI still begins with the location's prefix.
    var isLocationValid: Bool
    /// The client escaped something, or the URI was made here: it is escaped again.
    var needsEscape: Bool
  }

  /// Appends the target; nothing where there is no URI to send.
  func append(_ subject: Subject, to out: inout [UInt8]) {
    if isComplete, !replacement.isEmpty {
      Self.appendSafe(replacement, to: &out)
    } else if replacement.isEmpty, subject.isUnparsedValid {
      Self.appendSafe(subject.unparsed, to: &out)
    } else {
      appendReplaced(subject, to: &out)
    }
  }

  private func appendReplaced(_ subject: Subject, to out: inout [UInt8]) {
    let covered = subject.isLocationValid && !replacement.isEmpty ? min(prefixLength, subject.uri.count) : 0
    if subject.isLocationValid { out.append(contentsOf: replacement) }
    if subject.needsEscape || subject.uri[covered...].contains(where: Self.isSyntax) {
      URIEscape.uri.append(subject.uri[covered...], to: &out)
    } else {
      Self.appendSafe(subject.uri[covered...], to: &out)
    }
    if !subject.args.isEmpty {
      out.append(UInt8(ascii: "?"))
      Self.appendSafe(subject.args[...], to: &out)
    }
  }

  /// What a decoded path can't hold as it is, whatever brought it there.
  private static func isSyntax(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "%")
  }

  private static func isUnsafe(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "#") }

  /// Deviation: nginx sends spaces and control characters that a variable brought in, and so a second request line, and `#`;
  /// here they are escaped.
  private static func appendSafe(_ bytes: some Collection<UInt8>, to out: inout [UInt8]) {
    guard bytes.contains(where: isUnsafe) else { return out.append(contentsOf: bytes) }
    for byte in bytes {
      if isUnsafe(byte) {
        out.append(UInt8(ascii: "%"))
        out.append(hexDigit(byte >> 4, upperCase: true))
        out.append(hexDigit(byte & 0xF, upperCase: true))
      } else {
        out.append(byte)
      }
    }
  }
}
