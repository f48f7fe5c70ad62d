import Cryptography
import PKI

/// The faults of lower levels, which carry data, in words for the operator.
public enum FaultText {
  public static func of(_ error: any Error) -> String {
    switch error {
    case let error as PKIError: pki(error)
    case let error as CryptographyError: cryptography(error)
    case let error as AuthorityError: error.operatorText
    default: "\(error)"
    }
  }

  private static func pki(_ error: PKIError) -> String {
    switch error {
    case .malformed(.certificateExtension(let oid), let fault): "malformed \(oid.displayName): \(fault)"
    case .malformed(let structure, let fault): "malformed \(structure): \(fault)"
    case .pem(let fault): pem(fault)
    case .missingPEMBlock(let label): "there is no \(label) in it"
    case .invalidNameText(_, let offset, let fault): "at byte \(offset): \(words(fault))"
    case .signing(let fault): cryptography(fault)
    }
  }

  private static func words(_ fault: PKIError.NameTextFault) -> String {
    switch fault {
    case .unknownAttribute: "the attribute is not known"
    case .missingEqualsSign: "attribute=value is expected"
    case .emptyAttribute: "the value is empty"
    case .badEscape: "the escape is not complete"
    case .badHexadecimal: "the hexadecimal value is damaged"
    case .unterminatedQuote: "the quote does not end"
    case .missingLeadingSlash: "a slash is expected"
    case .countryNotTwoLetters: "a country has two letters"
    case .valueNotAllowedForAttribute: "the attribute does not allow these characters"
    }
  }

  private static func pem(_ fault: PEMError) -> String {
    switch fault {
    case .unterminated(let label, let line): "line \(line): \(label) begins and does not end"
    case .labelMismatch(let expected, let found, let line):
      "line \(line): END \(found) where END \(expected) is expected"
    case .invalidBase64(let line): "line \(line): is not base64"
    case .empty(let label, let line): "line \(line): \(label) is empty"
    case .invalidEncryptionHeader(let line): "line \(line): the DEK-Info header is damaged"
    }
  }

  private static func cryptography(_ error: CryptographyError) -> String {
    switch error {
    case .malformed(let structure, let fault): "malformed \(structure.rawValue): \(fault)"
    case .invalidKey(let reason): "not a usable key: \(reason)"
    case .unsupportedKey(let name): "keys of type \(name) are not supported"
    case .unsupportedEncryption(let name): "its encryption, \(name), is not supported"
    case .passphraseRequired: "it is encrypted and no passphrase was given"
    case .wrongPassphrase: "wrong passphrase"
    case .noPrivateKey: "there is no private key in it"
    case .pem(let fault): pem(fault)
    case .algorithmMismatch(let key, let algorithm): "a \(key) key does not sign by \(algorithm)"
    case .costOutOfRange(let cost): "a cost of \(cost) is outside of what is accepted"
    case .boringSSLFailure(let reason): "\(reason)"
    }
  }
}
