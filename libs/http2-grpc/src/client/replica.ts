import type { ReplicaLoad } from '../balancing/replica-load.js';
import type { ClientConnection } from './client-connection.js';
import type { Address } from './dial.js';
import { Line, type LineEvents, type LineOptions } from './line.js';

/** Calls under way on a connection before another one takes some. */
const TOGETHER = 64;

/** A replica of a service, and the connections to it. */
export class Replica {
  readonly #lines: readonly Line[];
  #wasReady = false;

  /** @param lines how many connections there are to be */
  constructor(
    address: Address,
    readonly load: ReplicaLoad,
    lines: number,
    options: LineOptions,
    events: LineEvents,
  ) {
    this.#lines = Array.from({ length: lines }, () => new Line(address, options, events));
  }

  connect(): void {
    for (const line of this.#lines) void line.connect();
  }

  /** Looks whether calls can be made, if there is room for them. */
  look(): boolean {
    const isReady = this.#lines.some(({ connection }) => connection !== undefined);
    if (isReady && !this.#wasReady) this.load.reconnected();
    return (this.#wasReady = isReady);
  }

  /** Whether calls may wait for a connection. */
  get isHopeful(): boolean {
    return this.#lines.some(({ isHopeful }) => isHopeful);
  }

  /** Why there is no connection. */
  get fault(): string {
    return this.#lines.map(({ fault }) => fault).find((fault) => fault !== '') ?? '';
  }

  /**
   * A connection with room for a call; undefined for none. The first one takes all while they are not many: what leaves
   * together costs less. The others are there for bursts, and for the moment when that one ends.
   */
  next(): ClientConnection | undefined {
    let least: ClientConnection | undefined;
    for (const { connection } of this.#lines) {
      if (!connection?.hasRoom) continue;
      if (connection.underWay < TOGETHER) return connection;
      if (least === undefined || connection.underWay < least.underWay) least = connection;
    }
    return least;
  }

  retire(): void {
    for (const line of this.#lines) line.retire();
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }
}
