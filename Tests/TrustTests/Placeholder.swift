import Testing

@testable import Trust
