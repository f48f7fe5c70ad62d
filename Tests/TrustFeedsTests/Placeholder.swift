import Testing

@testable import TrustFeeds
