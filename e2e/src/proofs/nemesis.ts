import { setTimeout as delay } from 'node:timers/promises';
import type { System } from '@gatehouse/tools/start';
import type { SeededRandom } from './random.js';

/** Kills one process after the other, as a crash would, and starts each again. */
export class Nemesis implements AsyncDisposable {
  /** How many were killed. */
  kills = 0;
  readonly #run: Promise<void>;
  readonly #end = new AbortController();

  /**
   * @param victims the names of the processes, such as `auth2`
   * @param pauseMs the longest time between one that is back and the next kill
   */
  constructor(system: System, victims: readonly string[], random: SeededRandom, pauseMs: number) {
    this.#run = this.#rage(system, victims, random, pauseMs);
    this.#run.catch(() => undefined); // thrown where it is disposed of
  }

  /** Ends once the last victim is back. @throws what kept one from coming back */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#run;
  }

  async #rage(
    system: System,
    victims: readonly string[],
    random: SeededRandom,
    pauseMs: number,
  ): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await delay(random.between(pauseMs / 4, pauseMs), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const victim = random.choose(victims);
      await system.kill(victim);
      this.kills++;
      await system.restart(victim);
    }
  }
}
