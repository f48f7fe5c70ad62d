import NIOCore

@testable import HTTPWire

/// What a decoder says of some bytes, as lines; bodies are joined, so that splits do not show.
enum RequestTranscript {
  static func events(of wire: ByteBuffer, limits: HTTP1Limits, split: Int) -> [String] {
    var decoder = HTTP1RequestDecoder(limits: limits)
    var lines: [String] = []
    var body = 0
    var rest = wire
    while rest.readableBytes > 0 {
      decoder.receive(rest.readSlice(length: min(split, rest.readableBytes)) ?? ByteBuffer())
      reading: while true {
        switch decoder.next() {
        case .needsMore: break reading
        case .head(let head, let framing): lines.append(describe(head, framing))
        case .body(let part): body += part.readableBytes
        case .end(let trailers):
          if body > 0 { lines.append("body \(body)") }
          body = 0
          lines.append("end" + describe(trailers ?? HTTPFields()))
        case .failed(let error):
          if body > 0 { lines.append("body \(body)") }
          lines.append("failed \(error)")
        }
      }
    }
    return lines
  }

  static func events(_ text: String, limits: HTTP1Limits = HTTP1Limits()) -> [String] {
    let wire = ByteBuffer(string: text)
    return events(of: wire, limits: limits, split: max(1, wire.readableBytes))
  }

  private static func describe(_ head: HTTPRequestHead, _ framing: HTTP1BodyFraming) -> String {
    String(decoding: head.requestLine, as: UTF8.self) + describe(head.fields)
      + (framing == .none ? "" : " [\(framing)]")
  }

  private static func describe(_ fields: HTTPFields) -> String {
    var text = ""
    fields.forEach {
      text += " " + String(decoding: $0, as: UTF8.self) + "=" + String(decoding: $1, as: UTF8.self)
    }
    return text
  }
}
