extension VariableTable {
  static let certificates: [String: VariableGetter] = [:]
}
