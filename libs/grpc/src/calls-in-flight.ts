import { LiveSet, type Member } from '@gatehouse/live-set';

/** A call that has not been answered yet. */
export interface Unanswered {
  /** Answers it with UNAVAILABLE: its server must end. */
  stop(): void;
}

/** The calls that a server has not answered yet, so that it can answer them itself when it must end. */
export class CallsInFlight {
  readonly #calls = new LiveSet<Unanswered>();

  /** Takes a call, which leaves when it is answered. */
  add(call: Unanswered): Member {
    return this.#calls.add(call);
  }

  /** Answers all that is left; callers may then try another replica. */
  refuseAll(): void {
    for (const call of this.#calls.all()) call.stop();
  }
}
