import Testing

@testable import TLSEngine
