import type { Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ServerCredentials, type Server } from '@grpc/grpc-js';

/** How long a connection may say nothing before its first byte, in milliseconds. */
const SILENCE_MS = 5_000;

/** The first byte of HTTP/2's preface, `PRI * ...` (RFC 9113, section 3.4), and of no method that is served here. */
const PREFACE = 'P'.charCodeAt(0);

/**
 * One port for HTTP/1.1 and for gRPC, both in the clear: the first byte of a connection says which it is.
 */
export class HealthPort {
  readonly #listener;
  readonly #sockets = new Set<Socket>();

  constructor(
    http: HttpServer,
    private readonly grpc: Server,
  ) {
    const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#listener = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      socket.setTimeout(SILENCE_MS, () => socket.destroy());
      socket.once('data', (first) => {
        socket.pause();
        socket.removeAllListeners('timeout').setTimeout(0);
        // Whoever takes over reads it from the start: HTTP/2 fetches it by itself, HTTP/1.1 waits for it to flow.
        socket.unshift(first);
        if (first[0] === PREFACE) {
          injector.injectConnection(socket);
        } else {
          http.emit('connection', socket);
          socket.resume();
        }
      });
    });
  }

  /** @returns the port, of the system's choice for 0. @throws Error when the port is taken */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) =>
      this.#listener.once('error', reject).listen(port, host, resolve),
    );
    return (this.#listener.address() as AddressInfo).port;
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    this.grpc.forceShutdown();
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#listener.listening) return;
    await new Promise((resolve) => this.#listener.close(resolve));
  }
}
