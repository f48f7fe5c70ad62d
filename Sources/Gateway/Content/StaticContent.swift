import HTTPWire
import NIOCore

/// Answers with files: nginx's index and static modules.
struct StaticContent: ContentHandler {
  func handle(_ request: Request, _ admission: Admission) {
    guard request.uri.last == UInt8(ascii: "/") else { return serve(request, admission) }
    switch request.method {
    case .get, .head, .post: serveIndex(request)
    default: request.finalize(status: 405)
    }
  }

  private func serve(_ request: Request, _ admission: Admission) {
    switch request.method {
    case .get, .head, .post: break
    default: return request.finalize(status: 405)
    }
    let path: [UInt8]
    do throws(PathRefusal) {
      path = try request.effective.root.path(for: request)
    } catch {
      return request.finalize(status: error.status)
    }
    switch OpenFile.open(path) {
    case .failure(let error): refuse(request, path, error)
    case .success(let file): send(file, at: path, to: request, admission)
    }
  }

  private func refuse(_ request: Request, _ path: [UInt8], _ error: SystemError) {
    let status = error.isNotFound ? 404 : error.isForbidden ? 403 : 500
    if status != 404 || request.effective.settings.core.logNotFound {
      request.log(status == 500 ? .crit : .error, "open() \"\(path.asText)\" failed (\(error))")
    }
    request.finalize(status: status)
  }

  private func send(_ file: OpenFile, at path: [UInt8], to request: Request, _ admission: Admission) {
    switch file.status.kind {
    case .directory: redirectToDirectory(request, admission)
    case .other:
      request.log(.crit, "\"\(path.asText)\" is not a regular file")
      request.finalize(status: 404)
    case .file where request.method == .post: request.finalize(status: 405)
    case .file: send(file, from: path, to: request, admission)
    }
  }

  private func send(_ file: OpenFile, from path: [UInt8], to request: Request, _ admission: Admission) {
    guard request.discardBody() else { return }
    request.response.status = 200
    request.response.contentLength = file.status.size
    request.response.lastModified = file.status.modified
    if request.effective.facts.sendsETag { request.response.etag = Self.etag(file.status) }
    request.response.contentType = request.contentTypeByExtension()
    request.response.allowsRanges = true
    guard request.sendHead(admission) else { return }
    if request.isHeaderOnly { return request.finishBody() }
    FileBody(BodyFile(file, path: path, of: request.exchange.connection), for: request).start()
  }

  /// The modification time and the length, as nginx has them.
  static func etag(_ status: FileStatus) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(35)
    out.append(UInt8(ascii: "\""))
    out.append(hexNumber: UInt64(bitPattern: status.modified))
    out.append(UInt8(ascii: "-"))
    out.append(hexNumber: UInt64(status.size))
    out.append(UInt8(ascii: "\""))
    return out
  }

  private func redirectToDirectory(_ request: Request, _ admission: Admission) {
    var target = URIEscape.uri.escaped(request.uri)
    target.append(UInt8(ascii: "/"))
    if !request.args.isEmpty {
      target.append(UInt8(ascii: "?"))
      target.append(contentsOf: request.args)
    }
    request.redirect(status: 301, to: target, admission)
  }
}

// MARK: - Index

extension StaticContent {
  private func serveIndex(_ request: Request) {
    let directory: [UInt8]
    do throws(PathRefusal) {
      directory = try request.effective.root.path(for: request)
    } catch {
      return request.finalize(status: error.status)
    }
    var isDirectoryTested = false
    for template in request.effective.index {
      let name = template.value(for: request)
      if name.first == UInt8(ascii: "/") { return request.internalRedirect(uri: name, args: request.args) }
      let file = directory + name
      if template.literal == nil, file.leadsAway(in: directory.count..<file.count) {
        request.log(.error, "\(UnsafePath(path: file))")
        return request.finalize(status: PathRefusal.leadsAway.status)
      }
      switch FileStatus.of(file) {
      case .success: return request.internalRedirect(uri: request.uri + name, args: request.args)
      case .failure(let error):
        guard goesOn(after: error, directory, name, &isDirectoryTested, request) else { return }
      }
    }
    request.log(.error, "directory index of \"\(directory.asText)\" is forbidden")
    request.finalize(status: 403)
  }

  /// An index file that is not there is no error, as long as its directory is.
  private func goesOn(
    after error: SystemError, _ directory: [UInt8], _ name: [UInt8], _ isDirectoryTested: inout Bool, _ request: Request
  ) -> Bool {
    if error.isForbidden {
      request.log(.error, "\"\((directory + name).asText)\" is forbidden (\(error))")
      request.finalize(status: 403)
      return false
    }
    guard error.isNotFound else {
      request.log(.crit, "stat() \"\((directory + name).asText)\" failed (\(error))")
      request.finalize(status: 500)
      return false
    }
    if isDirectoryTested { return true }
    isDirectoryTested = true
    if case .success(let status) = FileStatus.of(directory), status.kind == .directory { return true }
    if request.effective.settings.core.logNotFound {
      request.log(.error, "\"\((directory + name).asText)\" is not found (\(error))")
    }
    request.finalize(status: 404)
    return false
  }
}
