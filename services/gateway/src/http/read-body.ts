import type { IncomingMessage, ServerResponse } from 'node:http';
import { platformReasons, type AppError } from '@gatehouse/errors';
import { SHED_RETRY_AFTER_MS } from '@gatehouse/grpc';
import { gatewayReasons } from '../reasons.js';
import { countForGarbage } from './body-garbage.js';
import type { BodyMemory } from './body-memory.js';

/** Whether a request announces a body (RFC 9112, section 6). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads the whole body as it came.
 *
 * @param memory holds it until the request is answered
 * @returns undefined when the request has none
 * @throws AppError BODY_TOO_LARGE, CONTENT_ENCODING_UNSUPPORTED, OVERLOADED when there is no memory for it, or
 *   REQUEST_MALFORMED when it ends early
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  memory: BodyMemory,
): Promise<Uint8Array | undefined> {
  if (!hasBody(request)) return undefined;
  invite(request, response, maxBytes);
  const held = memory.open();
  response.once('close', () => held.release());
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const refuse = (reason: AppError) => {
      request.pause();
      request.removeAllListeners('data');
      reject(reason);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      countForGarbage(chunk.length);
      if (size > maxBytes) refuse(gatewayReasons.BODY_TOO_LARGE());
      else if (!held.grow(chunk.length)) refuse(overloaded());
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', (cause) => reject(gatewayReasons.REQUEST_MALFORMED({ cause })));
  });
}

/**
 * The body piece by piece as it comes, no faster than it is taken. Leaves the rest of it unread when the iteration
 * is left. Throws the same.
 */
export async function* streamBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  if (!hasBody(request)) return;
  invite(request, response, maxBytes);
  let size = 0;
  // Node leaves a request standing whose answer was over before its body: nobody would learn that it never ends.
  const abandon = () => request.destroy();
  response.once('close', abandon);
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  try {
    for await (const piece of pieces) {
      size += piece.length;
      countForGarbage(piece.length);
      if (size > maxBytes) throw gatewayReasons.BODY_TOO_LARGE();
      yield piece;
    }
  } catch (error) {
    // Only what Node throws has no reason: the body ended early.
    throw error instanceof Error && 'reason' in error
      ? error
      : gatewayReasons.REQUEST_MALFORMED({ cause: error });
  } finally {
    response.off('close', abandon);
  }
}

/** What {@link splitBody} works with. */
export interface SplitBodyOptions<Message> {
  /** The bytes that the whole body may have. */
  readonly maxBytes: number;
  /** Holds what is not a whole message yet. */
  readonly memory: BodyMemory;
  /** The messages that a piece of the body completes. */
  readonly split: (piece: Buffer) => readonly Message[];
}

/** The messages in a body as it comes, no faster than they are taken. Throws what `readBody` and `split` throw. */
export async function* splitBody<Message>(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, memory, split }: SplitBodyOptions<Message>,
): AsyncGenerator<Message> {
  const held = memory.open();
  response.once('close', () => held.release());
  for await (const piece of streamBody(request, response, maxBytes)) {
    if (!held.grow(piece.length)) throw overloaded();
    const messages = split(piece);
    // Only what is incomplete is kept for long.
    if (messages.length > 0) held.release();
    yield* messages;
  }
}

const overloaded = () => platformReasons.OVERLOADED({ retryAfterMs: SHED_RETRY_AFTER_MS });

/** Only now is a caller that waits for `100 Continue` (RFC 9110, section 10.1.1) told to send its body. */
function invite(request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  const { 'content-encoding': encoding = 'identity', 'transfer-encoding': coding = 'chunked' } =
    request.headers;
  // Node undoes the chunks alone, whatever is in them.
  if (encoding.toLowerCase() !== 'identity' || coding.toLowerCase() !== 'chunked')
    throw gatewayReasons.CONTENT_ENCODING_UNSUPPORTED();
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw gatewayReasons.BODY_TOO_LARGE();
  if (request.headers.expect !== undefined) response.writeContinue();
}
