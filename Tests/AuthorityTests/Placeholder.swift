import Testing

@testable import Authority
