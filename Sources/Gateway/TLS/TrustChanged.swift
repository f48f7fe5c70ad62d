/// Fired on every connection of a generation when CAs, CRLs or certificates of one of its servers were replaced.
struct TrustChanged: Sendable {}
