import type { OutgoingHttpHeaders } from 'node:http';
import type { Logger } from '@gatehouse/telemetry';
import { PROBLEM_CONTENT_TYPE } from '@gatehouse/transcoding';
import { gatewayReasons } from '../reasons.js';
import { challengeOf } from './challenge.js';
import type { Exchange } from './exchange.js';
import { problemOf, type Refusal } from './problem-of.js';
import { hasBody } from './read-body.js';

/** Answers an exchange with the problem of whatever was thrown, and logs a cause that is not the caller's. */
export function sendProblem(exchange: Exchange, thrown: unknown, log: Logger): void {
  const { request, response, credential } = exchange;
  const { status, problem, retryAfterSeconds } = noteRefusal(exchange, thrown, log);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  exchange.setCommonHeaders();
  const body = Buffer.from(JSON.stringify(problem));
  const headers: OutgoingHttpHeaders = {
    'content-type': PROBLEM_CONTENT_TYPE,
    'content-length': body.length,
  };
  const challenge = challengeOf(problem, credential);
  if (challenge !== undefined) headers['www-authenticate'] = challenge;
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterSeconds));
  // RFC 9110, section 12.5.3: what would have been taken.
  if (problem.reason === gatewayReasons.CONTENT_ENCODING_UNSUPPORTED.reason)
    headers['accept-encoding'] = 'identity';
  closeUnread(exchange);
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The problem of whatever was thrown, noted for the log line of its exchange. */
export function noteRefusal(exchange: Exchange, thrown: unknown, log: Logger): Refusal {
  const { request, requestId, trace } = exchange;
  const preconditioned = request.headers['if-match'] !== undefined;
  const refusal = problemOf(thrown, { requestId, preconditioned });
  const { problem, logReason, cause } = refusal;
  exchange.grpcCode = problem.code;
  exchange.reason = logReason;
  if (cause !== undefined) {
    // Its name alone: a message may quote what was sent, and a stack is for the log.
    if (cause instanceof Error) trace.span.addEvent('exception', { 'exception.type': cause.name });
    log.error(
      { error: cause, request_id: requestId, trace_id: trace.traceId, span_id: trace.spanId },
      'cause',
    );
  }
  return refusal;
}

/** The rest of a body that nobody reads would stand before the next request. */
export function closeUnread(exchange: Exchange): void {
  const { request } = exchange;
  if (hasBody(request) && !request.complete) exchange.endConnection();
}
