import PKI

/// Looks for a path under which every rule holds, trying one issuer after the other (RFC 4158).
///
/// Hints order the candidates but exclude none: an authorityKeyIdentifier that points elsewhere, several CAs of one name,
/// cross-certificates and loops cost time, never the right answer while the budget lasts.
struct PathSearch {
  let judgement: Judgement
  /// Judges a complete path; empty findings end the search.
  let judge: (CandidatePath) -> [Refusal]
  private(set) var firstFailure: [Refusal] = []

  init(_ judgement: Judgement, judge: @escaping (CandidatePath) -> [Refusal]) {
    self.judgement = judgement
    self.judge = judge
  }

  private var limit: Int { judgement.policy.searchDepth + 2 }
  /// Every level is a call in a call, whether it is counted or not.
  private static let longestPath = 102

  mutating func find(from leaf: ExaminedCertificate) -> CandidatePath? {
    if isTrusted(leaf) {
      let path = CandidatePath(certificates: [leaf], isAnchored: true, trustedFrom: 0)
      if holds(path) { return path }
    }
    var certificates = [leaf]
    return extend(&certificates, trustedFrom: nil)
  }

  private func isTrusted(_ certificate: ExaminedCertificate) -> Bool {
    let anchors = judgement.snapshot.anchorIndex.named(certificate.subject)
    if anchors.contains(certificate) { return true }
    guard judgement.policy.acceptsPartialChain else { return false }
    return judgement.snapshot.intermediateIndex.named(certificate.subject).contains(certificate)
  }

  private mutating func holds(_ path: CandidatePath) -> Bool {
    guard judgement.budget.spendJudgement() else { return false }
    let findings = judge(path)
    if firstFailure.isEmpty { firstFailure = findings }
    return findings.isEmpty
  }

  private mutating func extend(_ path: inout [ExaminedCertificate], trustedFrom: Int?) -> CandidatePath? {
    let top = path[path.count - 1]
    let length = Self.length(of: path)
    guard !judgement.budget.isExceeded, length < limit, path.count < Self.longestPath,
      mayReachAnchor(from: top, within: limit - length)
    else {
      return nil
    }
    for candidate in candidates(for: top) where !repeats(candidate.certificate, in: path) {
      guard isUsable(candidate), judgement.mayHaveSigned(candidate.certificate, top) else { continue }
      path.append(candidate.certificate)
      defer { path.removeLast() }
      let trustedFrom = trustedFrom ?? (candidate.source == .untrusted ? nil : path.count - 1)
      guard candidate.source == .anchor else {
        if let found = extend(&path, trustedFrom: trustedFrom) { return found }
        continue
      }
      let complete = CandidatePath(certificates: path, isAnchored: true, trustedFrom: trustedFrom ?? path.count - 1)
      if holds(complete) { return complete }
    }
    return nil
  }

  /// The leaf and the intermediates above it, of which those that are self-issued do not count (RFC 5280 §6.1.4 (l)).
  private static func length(of path: [ExaminedCertificate]) -> Int { 1 + path.dropFirst().count { !$0.isSelfIssued } }

  private func mayReachAnchor(from top: ExaminedCertificate, within rest: Int) -> Bool {
    guard let distances = judgement.distances else { return true }
    return distances[top.issuer].map { $0 <= rest } ?? false
  }

  /// RFC 4158 §5.2: the same name and key twice is a loop.
  private func repeats(_ candidate: ExaminedCertificate, in path: [ExaminedCertificate]) -> Bool {
    path.contains { $0 == candidate || ($0.subject == candidate.subject && $0.sharesKey(with: candidate)) }
  }

  /// What costs nothing is asked before what costs a signature.
  private func isUsable(_ candidate: Candidate) -> Bool {
    switch candidate.source {
    case .anchor: true
    case .known: candidate.certificate.canIssue(at: judgement.now)
    case .untrusted: judgement.vouches(for: candidate.certificate)
    }
  }

  private struct Candidate {
    var certificate: ExaminedCertificate
    var source: Source
    var rank: Int
  }

  private enum Source: Int { case anchor, known, untrusted }

  /// Likely issuers first: by key identifier, then valid before expired, then trusted before known before sent.
  private func candidates(for subject: ExaminedCertificate) -> [Candidate] {
    let snapshot = judgement.snapshot
    let known: Source = judgement.policy.acceptsPartialChain ? .anchor : .known
    var found: [Candidate] = []
    var trusted: Set<ExaminedCertificate> = []
    for (source, index) in [
      (Source.anchor, snapshot.anchorIndex), (known, snapshot.intermediateIndex), (.untrusted, judgement.untrusted),
    ] {
      let named = index.named(subject.issuer)
      guard judgement.budget.spendCandidates(named.count) else { return [] }
      for certificate in named {
        if source == .untrusted, trusted.contains(certificate) { continue }
        if source != .untrusted { trusted.insert(certificate) }
        found.append(Candidate(certificate: certificate, source: source, rank: rank(certificate, subject, source)))
      }
    }
    // A sort that keeps the order of equals: the sources' order is part of the preference.
    return found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
  }

  private func rank(_ issuer: ExaminedCertificate, _ subject: ExaminedCertificate, _ source: Source) -> Int {
    issuer.keyHint(of: subject).rawValue * 8 + (issuer.isValid(at: judgement.now) ? 0 : 4) + source.rawValue
  }
}
