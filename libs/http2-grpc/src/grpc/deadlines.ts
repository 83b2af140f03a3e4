/**
 * What ends at a time, and is a link of the chain of those that do. Deadlines go by the clock of `performance.now()`, which
 * nobody sets: a call takes as long as it may, whatever the time of day becomes.
 */
export abstract class Timed {
  /** When it ends, in milliseconds of `performance.now()`; Infinity for never. */
  abstract readonly deadline: number;
  earlier: Timed | undefined;
  later: Timed | undefined;
  isTimed = false;

  /** Its time is over. */
  abstract expire(): void;
}

/** Timers of Node take no longer time, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Ends calls at their deadlines. They are kept in the order of these, where most new ones come last and those that end
 * leave from anywhere, and share one timer: one for each call would cost it a microsecond.
 */
export class Deadlines {
  #first: Timed | undefined;
  #last: Timed | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  add(timed: Timed): void {
    if (timed.deadline === Infinity) return;
    let before = this.#last;
    while (before !== undefined && before.deadline > timed.deadline) before = before.earlier;
    const after = before === undefined ? this.#first : before.later;
    this.#link(before, timed);
    this.#link(timed, after);
    timed.isTimed = true;
    if (timed.deadline < this.#timerAt) this.#wake(timed.deadline);
  }

  remove(timed: Timed): void {
    if (!timed.isTimed) return;
    timed.isTimed = false;
    this.#link(timed.earlier, timed.later);
    timed.earlier = timed.later = undefined;
  }

  #link(before: Timed | undefined, after: Timed | undefined): void {
    if (before === undefined) this.#first = after;
    else before.later = after;
    if (after === undefined) this.#last = before;
    else after.earlier = before;
  }

  /** A timer stays when what it was for has ended: it finds out what it is for next. */
  #wake(at: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const ms = Math.min(Math.max(0, at - performance.now()), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#expire(), ms).unref();
  }

  #expire(): void {
    this.#timerAt = Infinity;
    const now = performance.now();
    for (let timed = this.#first; timed !== undefined && timed.deadline <= now; timed = this.#first) {
      this.remove(timed);
      timed.expire();
    }
    if (this.#first !== undefined && this.#first.deadline < this.#timerAt) this.#wake(this.#first.deadline);
  }
}
