import ContentService
import Cryptography
import Foundation
import Testing

@testable import AuthorityService

@Suite("OCSP requests as they come over HTTP")
struct StatusQuestionTests {
  /// Its base64 has every character that paths and forms treat specially.
  private static let bytes: [UInt8] = [0x30, 0xFB, 0xEF, 0xFF, 0xFF, 0xBE, 0x01]
  private static let text = "MPvv//++AQ=="

  @Test(
    "the base64 in the path is read however it was encoded",
    arguments: [
      "MPvv//++AQ==", "MPvv%2F%2F%2B%2BAQ%3D%3D", "MPvv%2f%2F++AQ%3d=", "/MPvv//++AQ==", "//MPvv//++AQ==",
      "MPvv//++AQ", "%4DPvv//%2b+AQ==",
    ])
  func path(_ subpath: String) {
    #expect(String(decoding: Base64.encode(Self.bytes), as: UTF8.self) == Self.text)
    #expect(StatusQuestion.request(inPath: subpath) == Self.bytes)
  }

  @Test(
    "what is no base64 is no request",
    arguments: ["", "/", "MPvv//++AQ=", "MPvv//++A", "MPvv-_++AQ==", "MPvv%2", "MPvv%zz==", "MPvv==AQ", "ü", "MP vv"])
  func malformed(_ subpath: String) {
    #expect(StatusQuestion.request(inPath: subpath) == nil || subpath.contains(" "))
    guard case .malformed = StatusQuestion(ServiceRequest(method: "GET", subpath: subpath)) else {
      if !subpath.contains(" ") { Issue.record("\(subpath) was taken") }
      return
    }
  }

  @Test("GET may be cached, POST must say what it carries, other methods are refused")
  func methods() {
    for method in ["GET", "HEAD"] {
      guard
        case .asked(Self.bytes, isCacheable: true) = StatusQuestion(
          ServiceRequest(method: method, subpath: Self.text))
      else {
        Issue.record("\(method)")
        continue
      }
    }
    for (type, isAccepted) in [
      ("application/ocsp-request", true), ("Application/OCSP-Request; charset=x", true), ("text/plain", false),
      ("", false), ("application/ocsp-response", false),
    ] {
      let request = ServiceRequest(method: "POST", fields: ["content-type": type], body: Self.bytes)
      switch StatusQuestion(request) {
      case .asked(let der, let isCacheable): #expect(isAccepted && der == Self.bytes && !isCacheable, "\(type)")
      case .refused(let response): #expect(!isAccepted && response.status == 415, "\(type)")
      case .malformed: Issue.record("\(type)")
      }
    }
    guard case .refused(let response) = StatusQuestion(ServiceRequest(method: "PUT")) else {
      Issue.record("PUT was taken")
      return
    }
    #expect(response.status == 405 && response.field("Allow") == "GET, HEAD, POST")
  }
}
