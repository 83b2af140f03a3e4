import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { AppError } from '@gatehouse/errors';
import { newRequestId } from '@gatehouse/grpc';
import type { Logger } from '@gatehouse/telemetry';
import { PROBLEM_CONTENT_TYPE } from '@gatehouse/transcoding';
import { gatewayReasons } from '../reasons.js';
import type { Exchange } from './exchange.js';
import { problemOf } from './problem-of.js';
import { sendProblem } from './send-problem.js';

/** An error of Node's HTTP parser or of a connection. */
export type ParserError = Error & { readonly code?: string };

/** A connection whose bytes are no request that can be served. */
export interface BrokenRequest {
  readonly error: ParserError;
  readonly socket: Socket;
  /** What the connection was busy with. */
  readonly exchange: Exchange | undefined;
  /** The headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly log: Logger;
}

/** Answers it with a problem where that can still be understood, and closes the connection. */
export function answerBrokenRequest({ error, socket, exchange, headers, log }: BrokenRequest): void {
  if (error.code === 'ECONNRESET' || !socket.writable || exchange?.response.headersSent) {
    socket.destroy();
    return;
  }
  const refused = refusalOf(error);
  if (exchange) {
    sendProblem(exchange, refused, log);
    return;
  }
  const requestId = newRequestId();
  const { status, problem } = problemOf(refused, { requestId });
  const body = JSON.stringify(problem);
  const all: Record<string, string | number> = {
    ...headers,
    'x-request-id': requestId,
    'content-type': PROBLEM_CONTENT_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  const peer = socket.remoteAddress;
  log.info(
    { http_status: status, reason: refused.reason, parser: error.code, request_id: requestId, peer },
    'request',
  );
}

function refusalOf({ code }: ParserError): AppError {
  if (code === 'HPE_HEADER_OVERFLOW') return gatewayReasons.HEADERS_TOO_LARGE();
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return gatewayReasons.REQUEST_TIMEOUT();
  return gatewayReasons.REQUEST_MALFORMED();
}
