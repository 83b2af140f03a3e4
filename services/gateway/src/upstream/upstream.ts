/** One unary call to the service that a method belongs to. */
export interface UpstreamCall {
  /** The gRPC path: `/package.Service/Method`. */
  readonly path: string;
  /** The request message in wire format. */
  readonly request: Uint8Array;
  /** What goes as metadata: lower-case keys, printable ASCII values. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch at which the call is given up. */
  readonly deadline: number;
}

/** The services behind the gateway. An interface, so that a faster transport can take the place of grpc-js. */
export interface Upstream {
  /**
   * @returns the reply message in wire format
   * @throws AppError with the service's code, reason and details; UNAVAILABLE or DEADLINE_EXCEEDED when it does
   *   not answer
   */
  unary(call: UpstreamCall): Promise<Uint8Array>;
  close(): void;
}
