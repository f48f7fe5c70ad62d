import Cryptography

/// What can go wrong when PKI structures are read or built. Carries data, never prose for a user.
public enum PKIError: Error, Hashable, Sendable {
  /// Not the DER structure it should be.
  case malformed(Structure, DERError)
  /// The armour around the DER.
  case pem(PEMError)
  /// A PEM text without a block of the wanted label.
  case missingPEMBlock(label: String)
  /// A distinguished name in text form; `offset` counts bytes of the text.
  case invalidNameText(String, offset: Int, NameTextFault)
  /// The signature could not be made.
  case signing(CryptographyError)

  public enum Structure: Hashable, Sendable {
    case certificate
    case certificateSigningRequest
    case certificateRevocationList
    case distinguishedName
    case generalName
    case algorithmIdentifier
    case certificateExtension(OID)
    case crlEntry
    case ocspRequest
    case ocspResponse
  }

  public enum NameTextFault: String, Hashable, Sendable {
    case unknownAttribute
    case missingEqualsSign
    case emptyAttribute
    case badEscape
    case badHexadecimal
    case unterminatedQuote
    case missingLeadingSlash
    case countryNotTwoLetters
    case valueNotAllowedForAttribute
  }

  /// Runs `body`, and says of which structure the DER was wrong.
  static func reading<R>(_ structure: Structure, _ body: () throws(DERError) -> R) throws(PKIError) -> R {
    do throws(DERError) { return try body() } catch { throw .malformed(structure, error) }
  }
}
