/** A call that has not been answered yet. */
export interface Unanswered {
  /** Answers it with UNAVAILABLE: its server must end. */
  stop(): void;
}

/** The calls that a server has not answered yet, so that it can answer them itself when it must end. */
export class CallsInFlight {
  readonly #calls = new Set<Unanswered>();

  add(call: Unanswered): void {
    this.#calls.add(call);
  }

  delete(call: Unanswered): void {
    this.#calls.delete(call);
  }

  /** Answers all that is left; callers may then try another replica. */
  refuseAll(): void {
    for (const call of this.#calls) call.stop();
  }
}
