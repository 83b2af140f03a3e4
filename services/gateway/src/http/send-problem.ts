import type { OutgoingHttpHeaders } from 'node:http';
import type { Logger } from '@gatehouse/telemetry';
import { PROBLEM_CONTENT_TYPE } from '@gatehouse/transcoding';
import { challengeOf } from './challenge.js';
import type { Exchange } from './exchange.js';
import { problemOf } from './problem-of.js';
import { hasBody } from './read-body.js';

/** Answers an exchange with the problem of whatever was thrown, and logs a cause that is not the caller's. */
export function sendProblem(exchange: Exchange, thrown: unknown, log: Logger): void {
  const { request, response, requestId, traceId } = exchange;
  const preconditioned = request.headers['if-match'] !== undefined;
  const { status, problem, retryAfterSeconds, logReason, cause } = problemOf(thrown, {
    requestId,
    preconditioned,
  });
  exchange.grpcCode = problem.code;
  exchange.reason = logReason;
  if (cause !== undefined) log.error({ error: cause, request_id: requestId, trace_id: traceId }, 'cause');
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(problem));
  const headers: OutgoingHttpHeaders = {
    'content-type': PROBLEM_CONTENT_TYPE,
    'content-length': body.length,
  };
  const challenge = challengeOf(problem, request.headers.authorization !== undefined);
  if (challenge !== undefined) headers['www-authenticate'] = challenge;
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterSeconds));
  // The rest of a body that nobody reads would stand before the next request.
  if (hasBody(request) && !request.complete) headers.connection = 'close';
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}
