import { setTimeout as delay } from 'node:timers/promises';

/** How many requests are made, and how fast. */
export interface Pace {
  readonly count: number;
  /** Requests that begin in a second, whatever becomes of those before them; without it as fast as they are answered. */
  readonly rate?: number;
}

/** Which request is made, how often, how fast and by whom. */
export interface Requests extends Pace {
  /** The path, query included. */
  readonly path: string;
  /** What is posted there; without it the request is a GET. */
  readonly body?: RequestBody;
  /** Headers that say who calls, such as `x-api-key: ...`, used in turn. */
  readonly credentials: readonly string[];
}

/** What a request carries. */
export interface RequestBody {
  readonly contentType: string;
  readonly base64: string;
}

/** What became of the requests. */
export interface Answered {
  /** From the time to begin to the last byte received, of each that was answered well, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Requests that were answered otherwise, by the status; 0 for those that were not answered. */
  readonly refused: Readonly<Record<number, number>>;
  /** From the first request to the last answer. */
  readonly seconds: number;
}

/** Connections to one server. */
export interface RequestLoad {
  run(requests: Requests): Promise<Answered>;
  close(): void;
}

/**
 * Makes one of the requests.
 *
 * @returns the status of a refusal, 0 where nothing was answered; undefined where it was answered well
 */
type Ask<Way> = (way: Way, index: number) => Promise<number | undefined>;

/** Makes requests, on each way one at a time; one that finds no way free waits for it, which counts. */
export async function makeRequests<Way>(
  ways: readonly Way[],
  { count, rate }: Pace,
  ask: Ask<Way>,
): Promise<Answered> {
  const latenciesMs: number[] = [];
  const refused: Record<number, number> = {};
  const askOnce = async (way: Way, index: number, begun: number) => {
    const status = await ask(way, index);
    if (status === undefined) latenciesMs.push(performance.now() - begun);
    else refused[status] = (refused[status] ?? 0) + 1;
  };
  const start = performance.now();
  if (rate === undefined) await goRound(ways, count, askOnce);
  else await begin(ways, count, rate, askOnce);
  return { latenciesMs, refused, seconds: (performance.now() - start) / 1_000 };
}

type AskOnce<Way> = (way: Way, index: number, begun: number) => Promise<void>;

/** Every way takes one request after the other. */
async function goRound<Way>(ways: readonly Way[], count: number, askOnce: AskOnce<Way>): Promise<void> {
  let begun = 0;
  const inTurn = async (way: Way) => {
    while (begun < count) await askOnce(way, begun++, performance.now());
  };
  await Promise.all(ways.map(inTurn));
}

/** Requests begin at their time, and each takes a way when one is free. */
async function begin<Way>(
  ways: readonly Way[],
  count: number,
  rate: number,
  askOnce: AskOnce<Way>,
): Promise<void> {
  const start = performance.now();
  const free = new FreeWays(ways);
  const underWay: Promise<void>[] = [];
  const request = async (index: number, begun: number) => {
    const way = await free.take();
    await askOnce(way, index, begun);
    free.giveBack(way);
  };
  for (let index = 0; index < count; index++) {
    const ahead = start + (index * 1_000) / rate - performance.now();
    if (ahead > 0) await delay(ahead);
    underWay.push(request(index, performance.now()));
  }
  await Promise.all(underWay);
}

class FreeWays<Way> {
  readonly #free: Way[];
  readonly #waiting: ((way: Way) => void)[] = [];

  constructor(ways: readonly Way[]) {
    this.#free = [...ways];
  }

  async take(): Promise<Way> {
    return this.#free.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  giveBack(way: Way): void {
    const next = this.#waiting.shift();
    if (next) next(way);
    else this.#free.push(way);
  }
}
