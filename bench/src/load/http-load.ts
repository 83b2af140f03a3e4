import { setTimeout as delay } from 'node:timers/promises';
import { HttpConnection } from './http-connection.js';

/** Which GET request is made, how often, how fast and by whom. */
export interface Requests {
  /** The path, query included. */
  readonly path: string;
  /** Headers that say who calls, such as `x-api-key: ...`, used in turn. */
  readonly credentials: readonly string[];
  readonly count: number;
  /** Requests that begin in a second, whatever becomes of those before them; without it as fast as the connections go. */
  readonly rate?: number;
}

/** What became of the requests. */
export interface Answered {
  /** From the first byte sent to the last one received, of each that was answered 200, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Requests that were answered otherwise, by the status; 0 for those that were not answered. */
  readonly refused: Readonly<Record<number, number>>;
  /** Bytes of all requests. */
  readonly bytesSent: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
}

/** Kept-alive connections to one server. */
export interface HttpLoad {
  run(requests: Requests): Promise<Answered>;
  close(): void;
}

/**
 * Connects to a server.
 *
 * @param connections the most requests under way; one that finds none free waits for it, which counts
 */
export async function openHttpLoad(port: number, connections: number): Promise<HttpLoad> {
  const opened = Array.from({ length: connections }, () => HttpConnection.open(port));
  const pool = new ConnectionPool(await Promise.all(opened));
  return {
    run: async (requests) => {
      const run = new Run(requests);
      const start = performance.now();
      if (requests.rate === undefined) await goRound(pool, run, requests.count);
      else await begin(pool, run, requests.count, requests.rate);
      return { ...run.answered, seconds: (performance.now() - start) / 1_000 };
    },
    close: () => pool.close(),
  };
}

/** Every connection makes one request after the other. */
async function goRound(pool: ConnectionPool, run: Run, count: number): Promise<void> {
  let begun = 0;
  const inTurn = async (rested: HttpConnection) => {
    let connection = rested;
    while (begun < count) connection = await run.request(begun++, performance.now(), connection);
    pool.giveBack(connection);
  };
  await Promise.all(pool.takeAll().map(inTurn));
}

/** Requests begin at their time, and each takes a connection when one is free. */
async function begin(pool: ConnectionPool, run: Run, count: number, rate: number): Promise<void> {
  const start = performance.now();
  const underWay: Promise<void>[] = [];
  const request = async (index: number, begun: number) =>
    pool.giveBack(await run.request(index, begun, await pool.take()));
  for (let index = 0; index < count; index++) {
    const ahead = start + (index * 1_000) / rate - performance.now();
    if (ahead > 0) await delay(ahead);
    underWay.push(request(index, performance.now()));
  }
  await Promise.all(underWay);
}

/** Counts what becomes of some requests. */
class Run {
  readonly answered = { latenciesMs: [] as number[], refused: {} as Record<number, number>, bytesSent: 0 };
  readonly #heads: readonly string[];

  constructor({ path, credentials }: Requests) {
    const first = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n`;
    this.#heads = credentials.map((credential) => `${first}${credential}\r\n\r\n`);
  }

  /**
   * @param begun when it was to begin
   * @returns the connection, or another one in place of one that was closed
   */
  async request(index: number, begun: number, rested: HttpConnection): Promise<HttpConnection> {
    const { answered } = this;
    const head = this.#heads[index % this.#heads.length] ?? '';
    answered.bytesSent += head.length;
    const connection = rested.isOpen ? rested : await rested.replaced();
    const status = await connection.request(head).catch(() => 0);
    if (status === 200) answered.latenciesMs.push(performance.now() - begun);
    else answered.refused[status] = (answered.refused[status] ?? 0) + 1;
    return status === 0 ? connection.replaced() : connection;
  }
}

class ConnectionPool {
  readonly #idle: HttpConnection[];
  readonly #waiting: ((connection: HttpConnection) => void)[] = [];

  constructor(connections: readonly HttpConnection[]) {
    this.#idle = [...connections];
  }

  async take(): Promise<HttpConnection> {
    return this.#idle.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  takeAll(): HttpConnection[] {
    return this.#idle.splice(0);
  }

  giveBack(connection: HttpConnection): void {
    const next = this.#waiting.shift();
    if (next) next(connection);
    else this.#idle.push(connection);
  }

  /** Between runs, when all of them rest here. */
  close(): void {
    for (const connection of this.#idle) connection.close();
  }
}
