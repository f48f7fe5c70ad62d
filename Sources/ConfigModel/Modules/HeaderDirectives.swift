import ConfigSyntax

extension DirectiveTable {
  static let headerRows: [DirectiveRow] = [
    .list(
      "add_header", in: .requestAndIf, \.location.headers.$addHeaders, .header, default: nil,
      "Adds a header to responses 200, 201, 204, 206, 301, 302, 303, 304, 307 and 308, or to all with always."),
    .list(
      "add_trailer", in: .requestAndIf, \.location.headers.$addTrailers, .header, default: nil,
      "Adds a trailer to such responses."),
    .value(
      "expires", in: .requestAndIf, \.location.headers.$expires, .expires, default: "off",
      "Sets Expires and Cache-Control."),
  ]
}

extension Grammar where Value == [AddHeader] {
  fileprivate static var header: Grammar {
    Grammar("name value [always]", .between(2, 3)) { invocation throws(Diagnostic) in
      guard invocation.count < 3 || invocation.text(2) == "always" else {
        throw invocation.invalidParameter(invocation.text(2))
      }
      return [AddHeader(name: invocation.text(0), value: try invocation.template(1), always: invocation.count == 3)]
    }
  }
}

extension Grammar where Value == Expires? {
  fileprivate static var expires: Grammar {
    Grammar("[modified] time | epoch | max | off", .between(1, 2)) { invocation throws(Diagnostic) in
      let isModified = invocation.count == 2
      guard !isModified || invocation.text(0) == "modified" else { throw invocation.invalidValue() }
      let template = try invocation.template(invocation.count - 1)
      guard !template.hasVariables else { return .dynamic(template, isModified: isModified) }
      do throws(Expires.Failure) {
        return try Expires(text: invocation.text(invocation.count - 1), isModified: isModified)
      } catch {
        throw invocation.error("\"expires\" directive \(error.rawValue)")
      }
    }
  }
}

extension Expires {
  /// Why a text is no value of `expires`, as nginx words it.
  public enum Failure: String, Error, Hashable, Sendable {
    case invalid = "invalid value"
    case dailyWithModified = "daily time cannot be used with \"modified\" parameter"
    case dailyTooLong = "daily time value must be less than 24 hours"
  }

  /// Reads the argument of `expires`, as written or as its variables gave it.
  public init(text: String, isModified: Bool) throws(Failure) {
    switch text {
    case "epoch" where !isModified: self = .epoch
    case "max" where !isModified: self = .max
    case "off" where !isModified: self = .off
    default: self = try Self.time(text, isModified: isModified)
    }
  }

  private static func time(_ text: String, isModified: Bool) throws(Failure) -> Expires {
    if text.hasPrefix("@"), isModified { throw .dailyWithModified }
    let isSigned = text.hasPrefix("@") || text.hasPrefix("+") || text.hasPrefix("-")
    guard let time = Duration(configuration: isSigned ? text.utf8.dropFirst() : text.utf8[...], unit: .seconds) else {
      throw .invalid
    }
    if text.hasPrefix("@") {
      guard time <= .seconds(86_400) else { throw .dailyTooLong }
      return .daily(time)
    }
    let signed = text.hasPrefix("-") ? .zero - time : time
    return isModified ? .modified(signed) : .after(signed)
  }
}
