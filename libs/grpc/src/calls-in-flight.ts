/** The calls that a server has not answered yet, so that it can answer them itself when it must end. */
export class CallsInFlight {
  readonly #refusals = new Set<() => void>();

  /** @param refuse answers the call with UNAVAILABLE */
  add(refuse: () => void): void {
    this.#refusals.add(refuse);
  }

  delete(refuse: () => void): void {
    this.#refusals.delete(refuse);
  }

  /** Answers all that is left; callers may then try another replica. */
  refuseAll(): void {
    for (const refuse of this.#refusals) refuse();
  }
}
