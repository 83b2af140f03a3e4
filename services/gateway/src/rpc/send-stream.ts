import type { Logger } from '@gatehouse/telemetry';
import type { Exchange } from '../http/exchange.js';
import { closeUnread, noteRefusal } from '../http/send-problem.js';
import type { ReplyStream } from '../upstream/upstream.js';
import type { StreamForm } from './stream-form.js';

/** How long a stream may say nothing before the connection is shown to be alive, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** The code of a call whose caller went. */
const CALLER_GONE = 'CANCELLED';

/** What a stream is sent with. */
export interface StreamOptions {
  readonly form: StreamForm;
  readonly log: Logger;
  /** Called before the headers go out, when the metadata of the stream is there. */
  readonly onHead: () => void;
  readonly heartbeatMs?: number;
}

/**
 * Answers an exchange with a stream of replies. The headers wait for the first message, so that a call that is
 * refused is a problem with its status; a failure after it is the last record of the body. The service is read no
 * faster than the caller reads, and a caller that goes ends the call.
 *
 * @throws AppError or TranscodingError before anything is written
 */
export async function sendStream(
  exchange: Exchange,
  stream: ReplyStream,
  options: StreamOptions,
): Promise<void> {
  const { request, response } = exchange;
  const { form, log, onHead, heartbeatMs = HEARTBEAT_MS } = options;
  response.once('close', () => stream.cancel());
  const messages = stream.messages[Symbol.asyncIterator]();
  let next = await messages.next().catch((error: unknown) => {
    if (!response.destroyed) throw error;
  });
  if (!next) {
    exchange.grpcCode = CALLER_GONE;
    return;
  }
  const first = next.done ? undefined : next.value;
  const part = first && form.part(first);
  exchange.setCommonHeaders();
  onHead();
  closeUnread(exchange);
  response.appendHeader('vary', 'Accept');
  response.writeHead(200, { 'content-type': form.contentType(first) });
  exchange.grpcCode = 'OK';
  if (request.method === 'HEAD') {
    stream.cancel();
    response.end();
    return;
  }
  const beat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(form.heartbeat());
  }, heartbeatMs);
  try {
    if (part !== undefined) await exchange.write(part);
    for (next = await messages.next(); !next.done; next = await messages.next()) {
      await exchange.write(form.part(next.value));
      beat.refresh();
    }
    response.end(form.end());
  } catch (error) {
    if (response.destroyed) {
      exchange.grpcCode = CALLER_GONE;
      return;
    }
    const last = form.failure(noteRefusal(exchange, error, log).problem);
    if (last === undefined) response.destroy();
    else response.end(last);
  } finally {
    clearInterval(beat);
    stream.cancel();
  }
}
