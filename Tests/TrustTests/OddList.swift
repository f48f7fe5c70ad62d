import Cryptography
import PKI

@testable import Trust

/// A CRL of `root` from bytes.
struct OddList {
  var version: [UInt8] = [2, 1, 1]
  var thisUpdate = OddCertificate.utc("260101000000Z")
  var nextUpdate = OddCertificate.utc("490101000000Z")
  /// Whole entries; nil leaves the list out.
  var entries: [[UInt8]]?
  var extensions: [[UInt8]] = []
  var behindExtensions: [UInt8] = []

  func der(_ root: Holder) throws -> [UInt8] {
    let algorithm = OddCertificate.der { AlgorithmIdentifier(.ecdsa(.sha256)).write(to: &$0) }
    let tbs = OddCertificate.der {
      $0.sequence {
        for part in [version, algorithm, root.certificate.subject.der, thisUpdate, nextUpdate] { $0.raw(part) }
        if let entries { $0.sequence { for entry in entries { $0.raw(entry) } } }
        guard !extensions.isEmpty else { return }
        $0.constructed(.contextConstructed(0)) {
          $0.sequence { for item in extensions { $0.raw(item) } }
          $0.raw(behindExtensions)
        }
      }
    }
    let signature = try root.key.sign(tbs, .ecdsa(.sha256))
    return OddCertificate.der {
      $0.sequence {
        $0.raw(tbs)
        $0.raw(algorithm)
        $0.bitString(signature)
      }
    }
  }

  static func entry(_ serial: [UInt8], _ extensions: [[UInt8]] = []) -> [UInt8] {
    OddCertificate.der {
      $0.sequence {
        $0.primitive(.integer, serial)
        $0.raw(OddCertificate.utc("260101000000Z"))
        if !extensions.isEmpty { $0.sequence { for item in extensions { $0.raw(item) } } }
      }
    }
  }
}
