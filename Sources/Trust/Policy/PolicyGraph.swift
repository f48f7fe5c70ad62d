import PKI

/// The valid policies of a path (RFC 5280 §6.1) as a graph with one node a policy and depth (RFC 9618), so that
/// mappings cannot make it grow exponentially as the tree of RFC 5280 does.
struct PolicyGraph {
  private struct Node {
    /// expected_policy_set.
    var expected: Set<OID>
    /// valid_policy of the parents, one depth above.
    var parents: Set<OID>
  }

  private typealias Level = [OID: Node]

  /// Index 0 is the root; the last is the depth being worked on.
  private var levels: [Level] = [[.anyPolicy: Node(expected: [.anyPolicy], parents: [])]]

  var isEmpty: Bool { levels.last?.isEmpty ?? true }

  /// RFC 5280 §6.1.3 (d): grows one level by the certificate's policies. `acceptsAny`: anyPolicy counts here.
  mutating func grow(by policies: Set<OID>, acceptsAny: Bool) {
    let above = levels[levels.count - 1]
    var level: Level = [:]
    var holders: [OID: Set<OID>] = [:]
    for (policy, node) in above {
      for expected in node.expected { holders[expected, default: []].insert(policy) }
    }
    for policy in policies where policy != .anyPolicy {
      if let parents = holders[policy] {
        level[policy] = Node(expected: [policy], parents: parents)
      } else if above[.anyPolicy] != nil {
        level[policy] = Node(expected: [policy], parents: [.anyPolicy])
      }
    }
    if acceptsAny, policies.contains(.anyPolicy) {
      for (expected, parents) in holders where level[expected] == nil {
        level[expected] = Node(expected: [expected], parents: parents)
      }
    }
    levels.append(level)
    prune()
  }

  /// RFC 5280 §6.1.3 (e): no policies, no graph.
  mutating func clear() { levels = [[:]] }

  /// RFC 5280 §6.1.4 (b)(1): the issuer's policy is called otherwise below.
  mutating func map(_ issuerPolicy: OID, to subjectPolicies: Set<OID>) {
    let depth = levels.count - 1
    if levels[depth][issuerPolicy] != nil {
      levels[depth][issuerPolicy]?.expected = subjectPolicies
    } else if levels[depth][.anyPolicy] != nil {
      levels[depth][issuerPolicy] = Node(expected: subjectPolicies, parents: [.anyPolicy])
    }
  }

  /// RFC 5280 §6.1.4 (b)(2): where mapping is inhibited, mapped policies are lost.
  mutating func remove(_ issuerPolicies: some Sequence<OID>) {
    for policy in issuerPolicies { levels[levels.count - 1][policy] = nil }
    prune()
  }

  /// Drops nodes without children above the last level.
  private mutating func prune() {
    var depth = levels.count - 1
    while depth > 0 {
      let kept = levels[depth].values.reduce(into: Set<OID>()) { $0.formUnion($1.parents) }
      levels[depth - 1] = levels[depth - 1].filter { kept.contains($0.key) }
      depth -= 1
    }
    if levels.last?.isEmpty == true { clear() }
  }

  /// RFC 5280 §6.1.5 (g): what is left for a user who accepts `acceptable` (empty: any).
  ///
  /// Returns nil for an empty intersection; the set of policies otherwise, in the names of the trust anchor's domain.
  func policies(acceptable: Set<OID>) -> Set<OID>? {
    guard !isEmpty else { return nil }
    let authority = authorityPolicies()
    if acceptable.isEmpty || acceptable.contains(.anyPolicy) { return authority }
    let common = authority.contains(.anyPolicy) ? acceptable : authority.intersection(acceptable)
    return common.isEmpty ? nil : common
  }

  /// valid_policy of the nodes right below anyPolicy that lead to the last level.
  private func authorityPolicies() -> Set<OID> {
    var found: Set<OID> = []
    var wanted = Set(levels[levels.count - 1].keys)
    for depth in stride(from: levels.count - 1, to: 0, by: -1) {
      var above: Set<OID> = []
      for policy in wanted {
        guard let node = levels[depth][policy] else { continue }
        if node.parents.contains(.anyPolicy) && policy != .anyPolicy { found.insert(policy) }
        above.formUnion(node.parents)
      }
      wanted = above
    }
    if levels[levels.count - 1][.anyPolicy] != nil { found.insert(.anyPolicy) }
    return found
  }
}
