extension PKCS12 {
  /// Makes a container: the leaf, its chain and the key, joined by a local key id.
  ///
  /// By default PBES2 with AES-256-CBC and a SHA-256 MAC, 600,000 iterations each, which OpenSSL 1.1 and 3, Java, NSS
  /// and Windows since 2019 read; `legacy` is 3DES with a SHA-1 MAC, 2048 iterations, for the key stores before them.
  /// - Parameters:
  ///   - certificate: the leaf, DER.
  ///   - chain: the certificates above it, DER.
  ///   - secret: the password in UTF-8.
  public static func encode(
    key: PrivateKey, certificate: [UInt8], chain: [[UInt8]], friendlyName: String, password secret: SecretBytes,
    legacy: Bool = false
  ) throws(CryptographyError) -> [UInt8] {
    let strength = PKCS12Strength(isLegacy: legacy)
    let attributes = attributes(friendlyName, keyID: Digest.sha1.hash(certificate))
    let shrouded = try key.encryptedPKCS8DER(passphrase: secret, encryption: strength.encryption())
    let keyBags = DERWriter.bytes {
      $0.sequence { bag(&$0, ObjectIdentifiers.shroudedKeyBag, attributes) { $0.raw(shrouded) } }
    }
    let certificateBags = DERWriter.bytes {
      $0.sequence {
        certificateBag(&$0, certificate, attributes)
        for issuer in chain { certificateBag(&$0, issuer, []) }
      }
    }
    let encryption = strength.encryption()
    let encryptedBags = try encryption.encrypt(certificateBags, password: secret)
    let safe = DERWriter.bytes {
      $0.sequence {
        contentInfo(&$0, ObjectIdentifiers.encryptedData) { encryptedData(&$0, encryption, encryptedBags) }
        contentInfo(&$0, ObjectIdentifiers.data) { $0.octetString(keyBags) }
      }
    }
    return container(safe, strength: strength, password: secret)
  }

  /// RFC 7292 §4: `PFX`.
  private static func container(_ safe: [UInt8], strength: PKCS12Strength, password: SecretBytes) -> [UInt8] {
    let salt = secureRandomBytes(strength.macDigest == .sha1 ? 8 : 16)
    var macKey = password.withArray {
      strength.macDigest.pkcs12Key(
        $0, salt: salt, iterations: strength.iterations, purpose: .authentication, count: strength.macDigest.byteCount)
    }
    defer { macKey.wipe() }
    let mac = strength.macDigest.authenticationCode(safe, key: macKey)
    return DERWriter.bytes {
      $0.sequence {
        $0.integer(3)
        contentInfo(&$0, ObjectIdentifiers.data) { $0.octetString(safe) }
        $0.sequence {
          $0.sequence {
            $0.sequence {
              $0.objectIdentifier(strength.macIdentifier)
              $0.null()
            }
            $0.octetString(mac)
          }
          $0.octetString(salt)
          $0.integer(strength.iterations)
        }
      }
    }
  }

  private static func contentInfo(
    _ writer: inout DERWriter, _ type: [UInt8], _ content: (inout DERWriter) -> Void
  ) {
    writer.sequence {
      $0.objectIdentifier(type)
      $0.constructed(.contextConstructed(0), content)
    }
  }

  /// RFC 5652 §8.
  private static func encryptedData(
    _ writer: inout DERWriter, _ encryption: PasswordEncryption, _ encrypted: [UInt8]
  ) {
    writer.sequence {
      $0.integer(0)
      $0.sequence {
        $0.objectIdentifier(ObjectIdentifiers.data)
        encryption.write(to: &$0)
        $0.octetString(encrypted, tag: .context(0))
      }
    }
  }

  private static func bag(
    _ writer: inout DERWriter, _ type: [UInt8], _ attributes: [[UInt8]], _ value: (inout DERWriter) -> Void
  ) {
    writer.sequence {
      $0.objectIdentifier(type)
      $0.constructed(.contextConstructed(0), value)
      if !attributes.isEmpty { $0.setOf(attributes) }
    }
  }

  private static func certificateBag(_ writer: inout DERWriter, _ certificate: [UInt8], _ attributes: [[UInt8]]) {
    bag(&writer, ObjectIdentifiers.certificateBag, attributes) {
      $0.sequence {
        $0.objectIdentifier(ObjectIdentifiers.x509Certificate)
        $0.constructed(.contextConstructed(0)) { $0.octetString(certificate) }
      }
    }
  }

  private static func attributes(_ friendlyName: String, keyID: [UInt8]) -> [[UInt8]] {
    let name = DERWriter.bytes {
      $0.sequence {
        $0.objectIdentifier(ObjectIdentifiers.friendlyName)
        $0.constructed(.set) { $0.primitive(.bmpString, Digest.bmpString(Array(friendlyName.utf8)).dropLast(2)) }
      }
    }
    let identifier = DERWriter.bytes {
      $0.sequence {
        $0.objectIdentifier(ObjectIdentifiers.localKeyID)
        $0.constructed(.set) { $0.octetString(keyID) }
      }
    }
    return friendlyName.isEmpty ? [identifier] : [name, identifier]
  }
}

/// The algorithms of one container.
private struct PKCS12Strength {
  let isLegacy: Bool

  var macDigest: Digest { isLegacy ? .sha1 : .sha256 }
  var macIdentifier: [UInt8] { isLegacy ? ObjectIdentifiers.sha1 : ObjectIdentifiers.sha256 }
  /// The code is a way to try passwords as good as the encryption is, so it costs as much.
  var iterations: Int { isLegacy ? 2048 : KeyDerivation.usualIterations }

  /// A fresh salt each time.
  func encryption() -> PasswordEncryption {
    isLegacy ? .pkcs12TripleDES(iterations: iterations) : .pbes2(iterations: iterations)
  }
}
