import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';

/** A call as it came. */
export interface SeenCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The message, without the five bytes before it, in base64. */
  readonly message: string;
}

/** A gRPC server that answers every call of a method with the same bytes, at as little cost as Node allows. */
export class StaticGrpc {
  /** The last call, where calls are remembered. */
  seen: SeenCall | undefined;
  /** Whether calls are remembered. */
  remembers = false;

  /** @param replies messages by gRPC path */
  static async listen(replies: ReadonlyMap<string, Buffer>): Promise<{ grpc: StaticGrpc; port: number }> {
    const framed = new Map([...replies].map(([path, message]) => [path, frame(message)]));
    const server = createServer({ settings: { maxConcurrentStreams: 1_000, initialWindowSize: 1 << 20 } });
    const grpc = new StaticGrpc();
    server.on('connection', (socket: Socket) => socket.setNoDelay(true));
    server.on('stream', (stream, headers) => grpc.#answer(stream, headers, framed));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { grpc, port: (server.address() as AddressInfo).port };
  }

  #answer(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    framed: ReadonlyMap<string, Buffer>,
  ): void {
    const path = String(headers[':path']);
    if (this.remembers) this.#remember(stream, path, headers);
    else stream.resume();
    stream.on('error', () => undefined);
    const reply = framed.get(path);
    if (reply === undefined) {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': 12 },
        { endStream: true },
      );
      return;
    }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(reply);
  }

  #remember(stream: ServerHttp2Stream, path: string, headers: IncomingHttpHeaders): void {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      this.seen = { path, headers, message: Buffer.concat(chunks).subarray(5).toString('base64') };
    });
  }
}

/** A message as gRPC sends it: not compressed, its length, itself. */
function frame(message: Buffer): Buffer {
  const framed = Buffer.alloc(5 + message.length);
  framed.writeUInt32BE(message.length, 1);
  message.copy(framed, 5);
  return framed;
}
