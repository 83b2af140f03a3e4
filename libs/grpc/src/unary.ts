import { Metadata, type CallOptions, type ClientUnaryCall, type ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from '@gatehouse/errors';
import { ClientCalls } from './client-calls.js';
import { makeTraceparent, untracedContext } from './trace-context.js';

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
  /** The deadline of the call that is being served with it, in milliseconds of `performance.now()`: it is given up before that. */
  readonly within?: number;
  /** The access token to present, without the scheme. */
  readonly accessToken?: string;
  /** The trace that the call continues where no span is active. */
  readonly traceId?: string;
  readonly requestId?: string;
}

/** What is left of a call's time for its answer once a call that it made has been given up, in milliseconds. */
const HOP_MARGIN_MS = 20;

/**
 * How long a call may take that is made while another one is served, in milliseconds; not above 0 when it need not be
 * made any more. A deadline that shrinks from hop to hop lets whoever is nearest to a fault say what it was.
 *
 * @param within the deadline of the call that is served, in milliseconds of `performance.now()`
 */
export function timeoutWithin(timeoutMs: number, within = Infinity): number {
  return Math.min(timeoutMs, within - performance.now() - HOP_MARGIN_MS);
}

/** Made with the first call: instruments that are made before telemetry is open measure nothing. */
let calls: ClientCalls | undefined;

/**
 * Calls a unary method of a peer.
 *
 * @throws AppError with the peer's code and reason; UNAVAILABLE or
 *   DEADLINE_EXCEEDED when it does not answer
 */
export function callUnary<Request, Reply>(
  method: UnaryMethod<Request, Reply>,
  request: Request,
  { timeoutMs, within, accessToken, traceId, requestId }: UnaryOptions,
): Promise<Reply> {
  const metadata = new Metadata();
  if (accessToken !== undefined) metadata.set('authorization', `Bearer ${accessToken}`);
  if (traceId !== undefined) metadata.set('traceparent', makeTraceparent(untracedContext(traceId)));
  if (requestId !== undefined) metadata.set('x-request-id', requestId);
  const interceptors = [(calls ??= new ClientCalls()).interceptor];
  const deadline = Date.now() + timeoutWithin(timeoutMs, within);
  return new Promise((resolve, reject) => {
    method(request, metadata, { deadline, interceptors }, (error, reply) => {
      if (error) reject(fromServiceError(error));
      else resolve(reply);
    });
  });
}
