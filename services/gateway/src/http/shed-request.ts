import type { IncomingMessage, ServerResponse } from 'node:http';
import { platformReasons } from '@gatehouse/errors';
import { newRequestId, SHED_RETRY_AFTER_MS } from '@gatehouse/grpc';
import { PROBLEM_CONTENT_TYPE } from '@gatehouse/transcoding';
import { KEPT } from './http-limits.js';
import { problemOf } from './problem-of.js';
import { hasBody } from './read-body.js';

/** A body that is discarded rather than its connection closed, in bytes: a new connection costs more than these. */
const MAX_DISCARDED = 16 * 1024;

/** Stands for the request ID in what is made once. */
const ID = '0'.repeat(32);

/**
 * Answers requests that are not taken: 503 with `Retry-After` and the problem of OVERLOADED. All but the request ID is
 * made once, as the answer has to cost a small part of what it saves.
 */
export class ShedRequests {
  readonly #fixed: readonly string[];
  readonly #body: readonly [string, string];

  /** @param headers those of every answer */
  constructor(headers: Readonly<Record<string, string>>) {
    const refusal = problemOf(platformReasons.OVERLOADED({ retryAfterMs: SHED_RETRY_AFTER_MS }), {
      requestId: ID,
    });
    const text = JSON.stringify(refusal.problem);
    const [before = '', after = ''] = text.split(ID);
    this.#body = [before, after];
    const own = {
      'content-type': PROBLEM_CONTENT_TYPE,
      'content-length': String(Buffer.byteLength(text)),
      'retry-after': String(Math.ceil(refusal.retryAfterSeconds ?? SHED_RETRY_AFTER_MS / 1_000)),
    };
    this.#fixed = Object.entries({ ...headers, ...own }).flat();
  }

  /** @param isLast whether the connection is to end with it */
  answer(request: IncomingMessage, response: ServerResponse, isLast: boolean): void {
    const requestId = newRequestId();
    const headers = [...this.#fixed, 'x-request-id', requestId];
    if (isLast || isLongBody(request)) headers.push('connection', 'close');
    else if (response.shouldKeepAlive) headers.push(...KEPT);
    response.writeHead(503, headers);
    if (request.method === 'HEAD') response.end();
    // It is ASCII, which Node would look for in UTF-8.
    else response.end(this.#body.join(requestId), 'latin1');
  }
}

/** Whether it cannot be read away. Who waits for `100 Continue` may send the body or not: nobody could tell. */
function isLongBody(request: IncomingMessage): boolean {
  if (!hasBody(request)) return false;
  const { 'content-length': length, expect } = request.headers;
  return expect !== undefined || length === undefined || Number(length) > MAX_DISCARDED;
}
