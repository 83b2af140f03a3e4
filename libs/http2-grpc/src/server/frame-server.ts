import type { Duplex } from 'node:stream';
import { NO_METADATA } from '../grpc/metadata.js';
import { Status } from '../grpc/status.js';
import { ServerConnection, type CallTakers, type ServerLimits } from './server-connection.js';
import type { ServerStream } from './server-stream.js';

const KIB = 1024;

const LIMITS: ServerLimits = {
  connectionWindow: 1024 * KIB,
  streamWindow: 256 * KIB,
  maxHeaderListSize: 32 * KIB,
  maxMessage: 4096 * KIB,
  maxConcurrentCalls: 200,
  keepalive: { timeMs: 30_000, timeoutMs: 10_000, withoutCalls: true },
  greetingMs: 10_000,
  maxAgeMs: 45_000,
  maxAgeGraceMs: 330_000,
  maxIdleMs: 300_000,
  noticeMs: 1_000,
};

/** Serves calls on the sockets that it is given. */
export class FrameServer {
  readonly #connections = new Set<ServerConnection>();
  readonly #limits: ServerLimits;
  readonly #takers: CallTakers;
  #ended: (() => void) | undefined;

  /**
   * @param serve called with each call once its headers are there; calls `listen` on it at once, or ends it
   * @param tooLarge called in its place with one whose headers are larger than was admitted, and ends it
   */
  constructor(
    serve: (call: ServerStream) => void,
    limits: Partial<ServerLimits> = {},
    tooLarge: (call: ServerStream) => void = endTooLarge,
  ) {
    this.#limits = { ...LIMITS, ...limits };
    this.#takers = { serve, tooLarge };
  }

  /** Takes a connection. @param caller `address:port` of whoever calls */
  accept(socket: Duplex, caller: string): void {
    const connection = new ServerConnection(socket, this.#limits, caller, this.#takers);
    this.#connections.add(connection);
    socket.once('close', () => this.#closed(connection));
    if (this.#ended !== undefined) connection.drain();
  }

  /**
   * Takes no new calls; resolves once all of those under way have ended, and their connections with them: callers have
   * the last answers, or have had the time to read them.
   */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#ended = resolve;
      for (const connection of this.#connections) connection.drain();
      if (this.#connections.size === 0) resolve();
    });
  }

  /** Ends all connections. */
  close(): void {
    for (const connection of this.#connections) connection.end('the server ends');
  }

  #closed(connection: ServerConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#ended?.();
  }
}

function endTooLarge(call: ServerStream): void {
  call.end({ code: Status.RESOURCE_EXHAUSTED, details: 'too much metadata', metadata: NO_METADATA });
}
