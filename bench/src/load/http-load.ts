import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Socket } from 'node:net';

/** Which GET request is made, how often, how fast and by whom. */
export interface Requests {
  /** The path, query included. */
  readonly path: string;
  /** Headers that say who calls, such as `x-api-key: ...`, used in turn. */
  readonly credentials: readonly string[];
  readonly count: number;
  /** Requests that begin in a second, whatever becomes of those before them. */
  readonly rate: number;
}

/** What became of the requests. */
export interface Answered {
  /** From the first byte sent to the last one received, of each that was answered 200, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Requests that were answered otherwise, by the status; 0 for those that were not answered. */
  readonly refused: Readonly<Record<number, number>>;
  /** Bytes of all requests. */
  readonly bytesSent: number;
}

/** Kept-alive connections to one server. */
export interface HttpLoad {
  run(requests: Requests): Promise<Answered>;
  close(): void;
}

/**
 * Connects to a server. An HTTP/1.1 client that does no more than write heads and count bodies: it must cost less
 * than what it measures.
 *
 * @param connections the most requests under way; one that finds none free waits for it, which counts
 */
export async function openHttpLoad(port: number, connections: number): Promise<HttpLoad> {
  const all = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port)));
  const idle = [...all];
  const waiting: ((connection: HttpConnection) => void)[] = [];
  const take = async () => idle.shift() ?? new Promise<HttpConnection>((resolve) => waiting.push(resolve));
  const giveBack = (connection: HttpConnection) => {
    const next = waiting.shift();
    if (next) next(connection);
    else idle.push(connection);
  };
  return {
    run: async ({ path, credentials, count, rate }) => {
      const latenciesMs: number[] = [];
      const refused: Record<number, number> = {};
      let bytesSent = 0;
      const request = async (credential: string | undefined) => {
        const begun = performance.now();
        const head = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n${credential}\r\n\r\n`;
        bytesSent += head.length;
        const rested = await take();
        const connection = rested.isOpen ? rested : await rested.replaced();
        const status = await connection.request(head).catch(() => 0);
        if (status === 200) latenciesMs.push(performance.now() - begun);
        else refused[status] = (refused[status] ?? 0) + 1;
        giveBack(status === 0 ? await connection.replaced() : connection);
      };
      const start = performance.now();
      const underWay: Promise<void>[] = [];
      for (let index = 0; index < count; index++) {
        const ahead = start + (index * 1_000) / rate - performance.now();
        if (ahead > 0) await delay(ahead);
        underWay.push(request(credentials[index % credentials.length]));
      }
      await Promise.all(underWay);
      return { latenciesMs, refused, bytesSent };
    },
    close: () => {
      for (const connection of [...all, ...idle]) connection.close();
    },
  };
}

/** One request at a time. */
class HttpConnection {
  #received = '';
  #settle: { resolve(status: number): void; reject(error: Error): void } | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly port: number,
  ) {
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#settle?.reject(new Error('the connection was closed')));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new HttpConnection(socket, port);
  }

  /** A server may close one that rests. */
  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** @returns the status, once all of the body is there */
  request(head: string): Promise<number> {
    this.#received = '';
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (!this.isOpen) reject(new Error('the connection was closed'));
      else this.socket.write(head);
    });
  }

  /** Another one in place of this; this one as it is while nobody accepts connections. */
  replaced(): Promise<HttpConnection> {
    this.close();
    return HttpConnection.open(this.port).catch(() => this);
  }

  close(): void {
    this.socket.destroy();
  }

  #read(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#received.slice(0, headEnd));
    if (!length) return this.#settle?.reject(new Error('an answer without a length'));
    if (this.#received.length >= headEnd + 4 + Number(length[1])) {
      this.#settle?.resolve(Number(this.#received.slice(9, 12)));
    }
  }
}
