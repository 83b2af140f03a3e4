import type { LoadGate } from './load-gate.js';

/**
 * The place of one request among those in work. It is held while the process is what the request waits for, and given
 * back while the request waits for its caller: a thousand callers who send a byte a second would else keep everyone
 * out without a stroke of work.
 */
export class Place {
  #isHeld = true;
  #isOver = false;

  /** Takes it; whether there is one is asked before. */
  constructor(
    private readonly gate: LoadGate,
    private readonly isEssential: boolean,
  ) {
    gate.enter(isEssential);
  }

  /**
   * Gives the place back at the end of this turn of the event loop unless the request has come in whole by then, as
   * small ones do. Else {@link arrived} has to be called when it has.
   */
  holdIf(hasArrived: () => boolean): void {
    setImmediate(() => {
      if (!hasArrived()) this.#giveBack();
    });
  }

  /** The rest of the request is here: the place is taken again, whether there is one or not. */
  arrived(): void {
    if (this.#isHeld || this.#isOver) return;
    this.#isHeld = true;
    this.gate.enter(this.isEssential);
  }

  /** The request is answered, or is none that is waited for. May be called again. */
  leave(): void {
    this.#isOver = true;
    this.#giveBack();
  }

  #giveBack(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.gate.leave(this.isEssential);
  }
}
