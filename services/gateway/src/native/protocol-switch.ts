import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { parserLimits } from '../http/http-limits.js';

/** What the preface of HTTP/2 begins with (RFC 9113, section 3.4), and no request of HTTP/1.1. */
const PREFACE = Buffer.from('PRI', 'latin1');

/** Who takes connections. */
export interface Takers {
  /** A client that speaks HTTP/2. */
  http2(socket: Socket): void;
  /** A client that has said nothing for as long as the head of a request may take. */
  silent(socket: Socket): void;
}

/**
 * Gives each connection of a port of HTTP/1.1 to whoever speaks its protocol: a client says by its first bytes which it is.
 * Nothing of a request is looked at, and nothing is done for those after the first one.
 */
export class ProtocolSwitch {
  readonly #undecided = new Set<Socket>();
  readonly #http1: (socket: Socket) => void;

  /** @param server that has no connection yet */
  constructor(
    server: Server,
    private readonly takers: Takers,
  ) {
    const listeners = server.listeners('connection');
    server.removeAllListeners('connection');
    this.#http1 = (socket) => listeners.forEach((listener) => listener.call(server, socket));
    server.on('connection', (socket: Socket) => this.#decide(socket));
  }

  /** Ends the connections whose clients have said too little to be known. */
  close(): void {
    for (const socket of this.#undecided) socket.destroy();
  }

  #decide(socket: Socket): void {
    this.#undecided.add(socket);
    let said: Buffer = Buffer.alloc(0);
    const settle = () => {
      this.#undecided.delete(socket);
      socket.off('data', hear).off('error', end).off('close', settle).off('end', end).off('timeout', silent);
      socket.setTimeout(0);
    };
    const end = () => socket.destroy();
    const silent = () => {
      settle();
      socket.on('error', end);
      this.takers.silent(socket);
    };
    const hear = (chunk: Buffer) => {
      said = said.length === 0 ? chunk : Buffer.concat([said, chunk]);
      const known = Math.min(said.length, PREFACE.length);
      const isHttp2 = said.compare(PREFACE, 0, known, 0, known) === 0;
      if (isHttp2 && known < PREFACE.length) return;
      settle();
      socket.pause();
      // Whoever takes over reads it from the start.
      socket.unshift(said);
      if (isHttp2) this.takers.http2(socket);
      else this.#http1(socket);
      socket.resume();
    };
    socket.on('data', hear).on('error', end).on('close', settle).on('end', end).on('timeout', silent);
    socket.setTimeout(parserLimits.headersTimeout as number);
  }
}
