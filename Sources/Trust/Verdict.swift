import PKI

/// What verification says of a chain a peer presented: a value, remembered by the chain's hash.
public final class Verdict: Sendable {
  public init() {}
}
