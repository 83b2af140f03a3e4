import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import type { Address } from './dial.js';
import type { Target } from './target.js';

/** How soon a name may be looked up again because a connection ended, in milliseconds. */
const SOONEST_MS = 2_000;

/** How much the times between two look-ups of a name differ, so that channels do not ask all at once. */
const JITTER = 0.1;

export interface AddressEvents {
  /** The addresses of all replicas, at least one. */
  found(addresses: readonly Address[]): void;
  /** They could not be found out; those from before, if there are any, stay. */
  unknown(reason: string): void;
}

/** Finds out where the replicas of a service are, again and again where a name stands for them. */
export class Addresses {
  #timer: NodeJS.Timeout | undefined;
  #lookedUpAt = -Infinity;
  #isLookingUp = false;
  #isClosed = false;

  constructor(
    private readonly target: Target,
    private readonly everyMs: number,
    private readonly events: AddressEvents,
  ) {}

  begin(): void {
    const { name, addresses } = this.target;
    if (name === undefined) this.events.found(addresses);
    else if (isIP(name.host) !== 0) this.events.found([name]);
    else void this.#lookUp(name);
  }

  /** Whoever ended a connection may be gone for good, and another one in its place. */
  lookAgain(): void {
    const { name } = this.target;
    if (name === undefined || isIP(name.host) !== 0) return;
    const sinceMs = performance.now() - this.#lookedUpAt;
    if (sinceMs >= SOONEST_MS) void this.#lookUp(name);
    else this.#lookUpIn(SOONEST_MS - sinceMs, name);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #lookUp(name: Address): Promise<void> {
    if (this.#isClosed) return;
    // The one that is under way may take longer than any time between two.
    if (this.#isLookingUp) return this.#lookUpIn(SOONEST_MS, name);
    this.#isLookingUp = true;
    this.#lookedUpAt = performance.now();
    this.#lookUpIn(this.everyMs * (1 + JITTER * (2 * Math.random() - 1)), name);
    try {
      const answers = await dns.lookup(name.host, { all: true });
      if (this.#isClosed) return;
      if (answers.length === 0) this.events.unknown(`${name.host} has no address`);
      else this.events.found(answers.map(({ address }) => ({ host: address, port: name.port })));
    } catch (error) {
      if (!this.#isClosed) this.events.unknown(String(error));
    } finally {
      this.#isLookingUp = false;
    }
  }

  #lookUpIn(ms: number, name: Address): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#lookUp(name), ms).unref();
  }
}
