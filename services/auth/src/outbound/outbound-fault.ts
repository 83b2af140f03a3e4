/** Why a request to another party came to nothing. */
export type OutboundFaultCode =
  'ABORTED' | 'ADDRESS_REFUSED' | 'ANSWER_TOO_LARGE' | 'CIRCUIT_OPEN' | 'TIMEOUT' | 'UNREACHABLE';

/** A request to another party that got no answer that could be used. Its message and cause are for the log. */
export class OutboundFault extends Error {
  constructor(
    readonly code: OutboundFaultCode,
    message: string,
    options?: { readonly cause?: unknown; readonly retryAfterMs?: number },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OutboundFault';
    this.retryAfterMs = options?.retryAfterMs;
  }

  /** Milliseconds after which the next request is let through; undefined where nothing keeps it back. */
  readonly retryAfterMs: number | undefined;
}
