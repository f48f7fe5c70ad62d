// TrustFeeds
