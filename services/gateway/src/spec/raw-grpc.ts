import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from '@gatehouse/errors';

/** A message with the prefix that gRPC gives it, or another one. */
export function framed(message: Uint8Array, flag = 0, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** What came back for a request. */
export interface RawReply {
  readonly httpStatus: number;
  readonly code: number;
  readonly reason: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Speaks HTTP/2 as badly as a spec wants. */
export class RawGrpc {
  readonly #session: ClientHttp2Session;

  constructor(port: number) {
    this.#session = connect(`http://127.0.0.1:${port}`);
    this.#session.on('error', () => undefined);
  }

  /** Begins a request. The caller ends it. */
  open(path: string, headers: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.on('error', () => undefined);
    stream.resume();
    return stream;
  }

  async send(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array = framed(Buffer.alloc(0)),
  ): Promise<RawReply> {
    const stream = this.open(path, headers);
    const reply = replyTo(stream);
    if (headers[':method'] === 'GET') stream.end();
    else stream.end(body);
    return reply;
  }

  close(): void {
    this.#session.destroy();
  }
}

/** How a request is answered. */
export function replyTo(stream: ClientHttp2Stream): Promise<RawReply> {
  let headers: IncomingHttpHeaders = {};
  stream.on('response', (received) => (headers = { ...headers, ...received }));
  stream.on('trailers', (received: IncomingHttpHeaders) => (headers = { ...headers, ...received }));
  return new Promise((resolve) => {
    stream.once('close', () => {
      const code = Number(headers['grpc-status'] ?? -1);
      resolve({ httpStatus: Number(headers[':status']), code, reason: reasonIn(headers, code), headers });
    });
  });
}

function reasonIn(headers: IncomingHttpHeaders, code: status): string | undefined {
  const details = headers['grpc-status-details-bin'];
  if (typeof details !== 'string') return undefined;
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(details, 'base64'));
  return fromServiceError(Object.assign(new Error(), { code, details: '', metadata }) as ServiceError).reason;
}
