import { Metadata, type CallOptions, type ClientUnaryCall, type ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from '@gatehouse/errors';
import { makeTraceparent } from './trace-context.js';

/** A unary method of a generated client, bound to it. */
export type UnaryMethod<Request, Reply> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, reply: Reply) => void,
) => ClientUnaryCall;

/** What goes with a call to a peer. */
export interface UnaryOptions {
  /** Milliseconds until it is given up. Every call has a deadline. */
  readonly timeoutMs: number;
  /** The access token to present, without the scheme. */
  readonly accessToken?: string;
  /** The trace that the call continues. */
  readonly traceId?: string;
  readonly requestId?: string;
}

/**
 * Calls a unary method of a peer.
 *
 * @throws AppError with the peer's code and reason; UNAVAILABLE or
 *   DEADLINE_EXCEEDED when it does not answer
 */
export function callUnary<Request, Reply>(
  method: UnaryMethod<Request, Reply>,
  request: Request,
  { timeoutMs, accessToken, traceId, requestId }: UnaryOptions,
): Promise<Reply> {
  const metadata = new Metadata();
  if (accessToken !== undefined) metadata.set('authorization', `Bearer ${accessToken}`);
  if (traceId !== undefined) metadata.set('traceparent', makeTraceparent(traceId));
  if (requestId !== undefined) metadata.set('x-request-id', requestId);
  return new Promise((resolve, reject) => {
    method(request, metadata, { deadline: Date.now() + timeoutMs }, (error, reply) => {
      if (error) reject(fromServiceError(error));
      else resolve(reply);
    });
  });
}
