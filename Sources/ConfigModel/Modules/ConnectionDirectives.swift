extension DirectiveTable {
  /// What is decided before a location is known.
  static let connectionRows: [DirectiveRow] = [
    .value(
      "client_header_timeout", in: .connection, \.connection.$clientHeaderTimeout, .time, default: "60s",
      "How long a client may take to send a request's header; then 408."),
    .value(
      "client_header_buffer_size", in: .connection, \.connection.$clientHeaderBufferSize, .size, default: "1k",
      "The buffer that request headers are read into at first."),
    .value(
      "large_client_header_buffers", in: .connection, \.connection.$largeClientHeaderBuffers, .buffers,
      default: "4 8k", "Buffers for long header lines: a request line beyond one is 414, a header field 400."),
    .value(
      "max_headers", in: .connection, \.connection.$maxHeaders, .number, default: "1000",
      "How many header lines a request may have; beyond, 400."),
    .value(
      "ignore_invalid_headers", in: .connection, \.connection.$ignoreInvalidHeaders, .flag, default: "on",
      "Whether header fields with invalid names are dropped."),
    .value(
      "underscores_in_headers", in: .connection, \.connection.$underscoresInHeaders, .flag, default: "off",
      "Whether a header field's name may have underscores."),
    .value(
      "merge_slashes", in: .connection, \.connection.$mergeSlashes, .flag, default: "on",
      "Whether adjacent slashes of a URI count as one."),
    .noEffect("connection_pool_size", in: .connection, Grammar<ByteCount>.size, because: poolReason),
    .noEffect("request_pool_size", in: .connection, Grammar<ByteCount>.size, because: poolReason),
  ]

  static let http2Rows: [DirectiveRow] = [
    .value("http2", in: .connection, \.connection.$http2, .flag, default: "off", "Whether HTTP/2 is offered."),
    .value(
      "http2_max_concurrent_streams", in: .connection, \.connection.$http2MaxConcurrentStreams, .number,
      default: "128", "How many requests a connection may have open at once."),
    .noEffect(
      "http2_recv_buffer_size", in: .http, Grammar<ByteCount>.size,
      because: "frames are read into the buffers of the event loop"),
    .value(
      "http2_chunk_size", in: .request, \.location.core.$http2ChunkSize, .size, default: "8k",
      "The largest piece that a response's body is cut into."),
    .value(
      "http2_body_preread_size", in: .connection, \.connection.$http2BodyPrereadSize, .size, default: "64k",
      "How much of a request's body is taken before a location is known."),
    .value(
      "http2_connection_preread_size", in: .connection, \.connection.$http2ConnectionPrereadSize, .size, default: "1m",
      "How much of the bodies of all requests on a connection is taken before it is consumed; 64k at least."),
    .noEffect("http2_pool_size", in: .connection, Grammar<ByteCount>.size, because: poolReason),
    .noEffect("http2_streams_index_size", in: .connection, Grammar<Int>.number, because: hashReason),
  ]

  static let poolReason = "memory is not taken from pools"
}
