/// Where a request stands between the phases.
struct PhaseState {
  /// The rewritten URI has yet to be matched with the locations.
  var uriChanged = false
  /// Internal redirects and rewrites left: ten at most, as nginx.
  var uriChangesLeft = 11
  /// Redirected within the gateway: `internal` locations are open to it.
  var isInternal = false
  /// The URI still is what the location was found by, so that `alias` and proxy URIs can replace its prefix.
  var isLocationValid = true
  /// `$request_uri` still names what `$uri` holds: the proxy may send it on as it was.
  var isUnparsedURIValid = true
  /// Something in the URI was percent-encoded.
  var uriWasQuoted = false
  var uriHasPlus = false
  /// A status that overrides the response's own (`error_page`); 0: none.
  var errorStatus = 0
  /// An error page has been chosen; without `recursive_error_pages` no other will be.
  var hasErrorPage = false
  /// `try_files` found the file in an alias by regular expression: the URI follows the alias.
  var addsURIToAlias = false
  var bodyDiscarded = false
  /// `set $limit_rate`, in bytes a second; `nil`: the location's.
  var limitRate: Int?
  /// The location's own handler, kept when an `if` block's settings take over.
  var contentHandler: (any ContentHandler)?
  /// The phase to go on with after an asynchronous check.
  var resumePoint: Phase?
  var isLogged = false
  /// What the policy said that was asked last; `nil`: none was yet.
  var judged: PolicyJudgement?
  /// Where a client was led whom a policy refused.
  var refusalPage: RefusalPage?
}

/// nginx's phases, in their order.
enum Phase {
  case serverRewrite, findLocation, rewrite, postRewrite, access
  case tryFiles(Admission)
  case content(Admission)
}
