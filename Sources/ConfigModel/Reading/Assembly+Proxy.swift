import ConfigSyntax

extension Assembly {
  /// Sizes that follow from others, and the limits that nginx sets them.
  func completed(_ settings: ProxySettings) -> ProxySettings {
    var proxy = settings
    apply(settings.tls.confCommands, to: &proxy.tls)
    let largest = max(proxy.bufferSize, proxy.buffers.size)
    proxy.$busyBuffersSize.setDefault(ByteCount(2 * largest.bytes))
    proxy.$tempFileWriteSize.setDefault(ByteCount(2 * largest.bytes))
    do throws(Diagnostic) {
      try check(proxy, largest: largest)
    } catch {
      reading.report(error)
    }
    return proxy
  }

  private func check(_ proxy: ProxySettings, largest: ByteCount) throws(Diagnostic) {
    guard proxy.buffers.count >= 2 else {
      throw Diagnostic("there must be at least 2 \"proxy_buffers\"", at: proxy.$buffers.position)
    }
    let maximum = "the maximum of the value of \"proxy_buffer_size\" and one of the \"proxy_buffers\""
    guard proxy.busyBuffersSize >= largest else {
      throw Diagnostic(
        "\"proxy_busy_buffers_size\" must be equal to or greater than \(maximum)", at: proxy.$busyBuffersSize.position)
    }
    let room = (proxy.buffers.count - 1).multipliedReportingOverflow(by: proxy.buffers.size.bytes)
    guard room.overflow || proxy.busyBuffersSize.bytes <= room.partialValue else {
      throw Diagnostic(
        "\"proxy_busy_buffers_size\" must be less than the size of all \"proxy_buffers\" minus one buffer",
        at: proxy.$busyBuffersSize.position ?? proxy.$buffers.position ?? proxy.$bufferSize.position)
    }
    guard proxy.tempFileWriteSize >= largest else {
      throw Diagnostic(
        "\"proxy_temp_file_write_size\" must be equal to or greater than \(maximum)",
        at: proxy.$tempFileWriteSize.position)
    }
    guard proxy.maxTempFileSize.bytes == 0 || proxy.maxTempFileSize >= largest else {
      throw Diagnostic(
        "\"proxy_max_temp_file_size\" must be equal to zero to disable temporary files usage or must be equal to or "
          + "greater than \(maximum)", at: proxy.$maxTempFileSize.position)
    }
  }
}
