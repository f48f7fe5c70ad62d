import Testing

@testable import ConfigModel
