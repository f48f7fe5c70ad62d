import ConfigModel
import HTTPWire

extension Request {
  /// `add_header` and `expires`, before the head is composed.
  func applyHeaderSettings() {
    let headers = effective.headers
    if headers.added.isEmpty, headers.expires == nil { return }
    let isSafe = Self.isSafeStatus(response.status)
    if let expires = headers.expires, isSafe { apply(expires) }
    for header in headers.added where isSafe || header.always {
      let value = header.value.value(for: self)
      switch header.kind {
      case .ordinary: if !value.isEmpty { response.fields.append(name: header.name, value: value) }
      case .etag: response.etag = value.isEmpty ? nil : value
      case .lastModified: setLastModified(value)
      }
    }
  }

  /// The statuses to which `add_header` without `always` applies.
  static func isSafeStatus(_ status: Int) -> Bool {
    switch status {
    case 200, 201, 204, 206, 301, 302, 303, 304, 307, 308: true
    default: false
    }
  }

  private func setLastModified(_ value: [UInt8]) {
    response.fields.remove("last-modified")
    response.lastModified = HTTPDate.seconds(value)
    if response.lastModified == nil, !value.isEmpty { response.fields.append(name: "Last-Modified", value: value) }
  }

  private func apply(_ expires: CompiledExpires) {
    let now = WallClock.now.seconds
    if response.lastModified == nil, let text = response.fields.first("last-modified") {
      response.lastModified = HTTPDate.seconds(text)
      if response.lastModified != nil { response.fields.remove("last-modified") }
    }
    guard let expiry = expires.expiry(for: self, now: now) else { return }
    response.fields.remove("expires")
    response.fields.remove("cache-control")
    response.fields.append(name: "Expires", value: HTTPDate.text(expiry.seconds))
    response.fields.append(name: "Cache-Control", value: expiry.cacheControl)
  }

  /// The fields in nginx's order: what the gateway says itself, then what handlers and settings added.
  func finalFields() -> HTTPFields {
    tidyByStatus()
    var fields = HTTPFields(reservingBytes: 256 + response.fields.encodedLength, fields: response.fields.count + 8)
    if !response.fields.contains("server") {
      let server = effective.headers.serverField(for: self)
      if !server.isEmpty { fields.append(name: "Server", value: server) }
    }
    if !response.fields.contains("date") { fields.append(name: "Date", value: WallClock.now.httpDate) }
    if let type = response.contentType, !type.isEmpty { fields.append(name: "Content-Type", value: type) }
    if let length = response.contentLength {
      response.fields.remove("content-length")
      fields.append(name: "Content-Length", value: HTTPDecimal(length))
    }
    if let modified = response.lastModified { fields.append(name: "Last-Modified", value: HTTPDate.text(modified)) }
    if let location = response.location { fields.append(name: "Location", value: absoluteLocation(location)) }
    if let etag = response.etag { fields.append(name: "ETag", value: etag) }
    response.fields.forEach { fields.append(name: $0, value: $1) }
    return fields
  }

  private func tidyByStatus() {
    let status = response.status
    if status == 204 {
      response.contentType = nil
      response.contentLength = nil
      response.lastModified = nil
    }
    if expectsTrailers, !isHeaderOnly {
      response.contentLength = nil
      response.fields.remove("content-length")
    }
    if status != 200, status != 206, status != 304 { response.lastModified = nil }
  }

  /// RFC 9110 §10.2.2 allows relative ones; nginx completes its own.
  private func absoluteLocation(_ location: [UInt8]) -> [UInt8] {
    let facts = effective.facts
    guard location.first == UInt8(ascii: "/"), facts.absoluteRedirect else { return location }
    var out: [UInt8] = []
    out.append(ascii: isTLS ? "https://" : "http://")
    if facts.serverNameInRedirect {
      out.append(contentsOf: server.name)
    } else if !host.isEmpty {
      out.append(contentsOf: host)
    } else {
      out.append(contentsOf: connection.localText)
    }
    let port = connection.localAddress.port ?? 0
    if facts.portInRedirect, port != 0, port != (isTLS ? 443 : 80) {
      out.append(UInt8(ascii: ":"))
      out.append(decimal: port)
    }
    out.append(contentsOf: location)
    return out
  }

  var isTLS: Bool { connection.isTLS }

  /// Whether the configuration adds trailers: the body's length then is not announced.
  private var expectsTrailers: Bool {
    let trailers = effective.headers.trailers
    return !trailers.isEmpty && canSendTrailers
      && (Self.isSafeStatus(response.status) || trailers.contains { $0.always })
  }

  private var canSendTrailers: Bool {
    head.version >= .http2 || (head.version == .http1_1 && effective.facts.sendsChunked)
  }

  /// Trailers that the configuration adds.
  func addedTrailers(to trailers: HTTPFields?) -> HTTPFields? {
    let added = effective.headers.trailers
    if added.isEmpty { return trailers }
    guard canSendTrailers else { return nil }
    response.trailers = trailers ?? HTTPFields()
    let isSafe = Self.isSafeStatus(response.status)
    for trailer in added where isSafe || trailer.always {
      let value = trailer.value.value(for: self)
      if !value.isEmpty { response.trailers.append(name: trailer.name, value: value) }
    }
    return response.trailers.isEmpty ? nil : response.trailers
  }
}
