extension CryptographyError {
  /// Runs `body`, and says of which structure the DER was wrong.
  static func reading<R>(
    _ structure: Structure, _ body: () throws(DERError) -> R
  ) throws(CryptographyError) -> R {
    do throws(DERError) { return try body() } catch { throw .malformed(structure, error) }
  }
}
