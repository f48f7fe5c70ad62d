import HTTPWire

extension HTTP1Error {
  /// For the error log, as nginx words it.
  var reason: String {
    switch self {
    case .requestLineTooLong: "client sent too long URI"
    case .fieldLineTooLong: "client sent too long header line"
    case .fieldsTooLarge: "client sent too large request"
    case .tooManyFields: "client sent too many header lines"
    case .malformedRequestLine: "client sent invalid request"
    case .malformedMethod: "client sent invalid method"
    case .missingVersion: "client sent HTTP/0.9 request"
    case .unsupportedVersion: "client sent invalid version"
    case .malformedField: "client sent invalid header line"
    case .repeatedHost: "client sent duplicate host header"
    case .missingHost: "client sent HTTP/1.1 request without \"Host\" header"
    case .malformedContentLength: "client sent invalid \"Content-Length\" header"
    case .repeatedContentLength: "client sent duplicate header line: \"Content-Length\""
    case .repeatedTransferEncoding: "client sent duplicate header line: \"Transfer-Encoding\""
    case .transferEncodingInHTTP10: "client sent HTTP/1.0 request with \"Transfer-Encoding\" header"
    case .unknownTransferEncoding: "client sent unknown \"Transfer-Encoding\""
    case .conflictingFraming:
      "client sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time"
    case .malformedChunk: "client sent invalid chunked body"
    case .excessiveFraming: "client sent too long chunk extensions or too small chunks"
    case .malformedTrailers: "client sent invalid trailers"
    }
  }
}
