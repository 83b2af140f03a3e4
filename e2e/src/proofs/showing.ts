import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from '../client/outcome.js';
import { isAdmitted, type Place } from './places.js';

/** One call: where, when by `performance.now()`, and what came of it. */
export interface Shown {
  readonly place: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: Outcome;
}

/** Shows access tokens at places, one call at a time at each, over and over, until it is disposed of. */
export class Showing implements AsyncDisposable {
  /** In the order of the answers. */
  readonly shown: Shown[] = [];
  readonly #places: readonly Place[];
  readonly #loops: Promise<void>[];
  #isOver = false;

  /**
   * @param next the access token to show
   * @param pauseMs between an answer and the next call
   */
  constructor(places: readonly Place[], next: () => string, pauseMs: number) {
    this.#places = places;
    this.#loops = places.map((place) => this.#loop(place, next, pauseMs));
    for (const loop of this.#loops) loop.catch(() => undefined); // thrown where it is disposed of
  }

  /**
   * Waits until every place has answered as asked to a call that began from now on.
   *
   * @throws Error when one has not done so in time
   */
  async everywhere(admitted: boolean, timeoutMs: number): Promise<void> {
    const from = performance.now();
    const open = () => {
      const answered = this.since(from).filter(({ outcome }) => isAdmitted(outcome) === admitted);
      return this.#places.filter(({ name }) => !answered.some(({ place }) => place === name));
    };
    while (open().length > 0) {
      if (performance.now() > from + timeoutMs) {
        const names = open().map(({ name }) => name);
        throw new Error(`not ${admitted ? 'admitted' : 'refused'} in time: ${names.join(', ')}`);
      }
      await delay(20);
    }
  }

  /** The calls that began at this moment or later. */
  since(from: number): readonly Shown[] {
    return this.shown.filter(({ start }) => start >= from);
  }

  /** Ends with the answers to the calls that are under way. @throws what a call failed with that was no answer */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #loop(place: Place, next: () => string, pauseMs: number): Promise<void> {
    while (!this.#isOver) {
      const start = performance.now();
      const outcome = await place.show(next());
      this.shown.push({ place: place.name, start, end: performance.now(), outcome });
      await delay(pauseMs);
    }
  }
}

/**
 * When the last call with such an outcome began.
 *
 * @returns milliseconds after `from`; 0 when there was none after it
 */
export function lastMs(shown: readonly Shown[], from: number, is: (outcome: Outcome) => boolean): number {
  const starts = shown.filter(({ outcome }) => is(outcome)).map(({ start }) => start - from);
  return Math.max(0, ...starts);
}

/** How many calls had such an outcome. */
export function countOf(shown: readonly Shown[], is: (outcome: Outcome) => boolean): number {
  return shown.filter(({ outcome }) => is(outcome)).length;
}
