import type { ReplicaLoad } from '../balancing/replica-load.js';
import type { ClientConnection } from './client-connection.js';
import type { Address } from './dial.js';
import { Line, type LineEvents, type LineOptions } from './line.js';

/** A replica of a service, and the connections to it. */
export class Replica {
  readonly #lines: readonly Line[];
  #wasReady = false;
  #turn = 0;

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

  /** How long ago the youngest connection that is being made was begun, in milliseconds; Infinity for none. */
  connectingMs(now: number): number {
    return Math.min(...this.#lines.map(({ connectingAt }) => now - (connectingAt ?? -Infinity)));
  }

  /** Why there is no connection. */
  get fault(): string {
    return this.#lines.map(({ fault }) => fault).find((fault) => fault !== '') ?? '';
  }

  /** A connection with room for a call, by turns; undefined for none. */
  next(): ClientConnection | undefined {
    const lines = this.#lines;
    for (let tries = 0; tries < lines.length; tries++) {
      this.#turn = (this.#turn + 1) % lines.length;
      const { connection } = lines[this.#turn] as Line;
      if (connection?.hasRoom) return connection;
    }
    return undefined;
  }

  retire(): void {
    for (const line of this.#lines) line.retire();
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }
}
