/** A call to the service that a method belongs to. */
export interface UpstreamCall {
  /** The gRPC path: `/package.Service/Method`. */
  readonly path: string;
  /** What goes as metadata: lower-case keys; printable ASCII, or base64 where the key ends in `-bin`. */
  readonly metadata: Readonly<Record<string, string | readonly string[]>>;
  /** When the call is given up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
}

/** A call with one request message. */
export interface SingleRequestCall extends UpstreamCall {
  /** The request message in wire format. */
  readonly request: Uint8Array;
}

/** A call with a stream of request messages. */
export interface RequestStreamCall extends UpstreamCall {
  /** The request messages in wire format. Taken no faster than the service takes them. */
  readonly requests: AsyncIterable<Uint8Array>;
}

/** The metadata that came before a reply: lower-case keys, values as in {@link UpstreamCall.metadata}. */
export type ReplyMetadata = ReadonlyMap<string, readonly string[]>;

/** A whole reply. */
export interface Reply {
  /** The reply message in wire format. */
  readonly message: Uint8Array;
  readonly metadata: ReplyMetadata;
}

/** A stream of replies that has begun. */
export interface ReplyStream {
  /** Complete once the first message is there, empty before. */
  readonly metadata: ReplyMetadata;
  /** Reply messages in wire format, to be iterated once; the service is not read ahead of it. Throws as `unary` does. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Ends the call; who waits for a message is refused. Nothing after its end. */
  cancel(): void;
}

/**
 * The services behind the gateway. An interface, so that a faster transport can take the place of grpc-js.
 * Whatever fails is an AppError with the service's code, reason and details; UNAVAILABLE or DEADLINE_EXCEEDED
 * when it does not answer.
 */
export interface Upstream {
  unary(call: SingleRequestCall): Promise<Reply>;
  /** What `requests` throws ends the call and is thrown. A service may answer before it has taken all of them. */
  clientStream(call: RequestStreamCall): Promise<Reply>;
  serverStream(call: SingleRequestCall): ReplyStream;
  close(): void;
}
