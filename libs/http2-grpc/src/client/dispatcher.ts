import type { ChannelUse } from '../balancing/replica-load.js';
import { CallError } from '../grpc/call-error.js';
import { Status } from '../grpc/status.js';
import { Addresses } from './addresses.js';
import type { Call, CallSite, Observe } from './call.js';
import { Deadlines } from '../grpc/deadlines.js';
import { Replicas, type ReplicasOptions } from './replicas.js';
import { Retries } from './retries.js';
import type { Target } from './target.js';

export interface DispatcherOptions extends ReplicasOptions {
  readonly target: Target;
  readonly lookUpEveryMs: number;
  readonly isIdempotent: (path: string) => boolean;
  readonly errorOf: (error: CallError) => unknown;
  readonly observe: Observe;
}

/** Sends the calls of a channel to the replicas of its service, and has those wait that cannot be sent yet. */
export class Dispatcher implements CallSite {
  readonly use: ChannelUse;
  readonly deadlines = new Deadlines();
  readonly retries = new Retries();
  readonly isIdempotent: (path: string) => boolean;
  readonly errorOf: (error: CallError) => unknown;
  readonly observe: Observe;
  readonly #waiting = new Set<Call>();
  readonly #replicas: Replicas;
  readonly #addresses: Addresses;
  #state: 'idle' | 'searching' | 'found' | 'closed' = 'idle';
  /** Why the name could not be looked up. */
  #unknown = '';

  constructor(options: DispatcherOptions) {
    this.use = options.use;
    this.isIdempotent = options.isIdempotent;
    this.errorOf = options.errorOf;
    this.observe = options.observe;
    this.#replicas = new Replicas(options, {
      changed: () => this.#sendWaiting(),
      lost: () => this.#addresses.lookAgain(),
    });
    this.#addresses = new Addresses(options.target, options.lookUpEveryMs, {
      found: (addresses) => {
        this.#state = 'found';
        this.#unknown = '';
        this.#replicas.follow(addresses);
      },
      unknown: (reason) => {
        if (this.#state === 'found') return;
        this.#unknown = reason;
        this.#addresses.lookAgain();
        this.#sendWaiting();
      },
    });
  }

  /** Connects, if it has not yet. */
  begin(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'searching';
    this.#addresses.begin();
  }

  depart(call: Call): void {
    this.begin();
    const way = this.#waiting.size === 0 ? this.#replicas.next() : undefined;
    if (way !== undefined) call.leave(way.connection, way.load);
    else if (this.#isHopeful) this.#waiting.add(call);
    else call.refuse(this.#refusal);
  }

  stay(call: Call): void {
    this.#waiting.delete(call);
  }

  /** Ends all calls. */
  close(): void {
    this.#state = 'closed';
    this.#addresses.close();
    this.#replicas.close();
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    for (const call of this.#waiting) {
      const way = this.#replicas.next();
      if (way === undefined && this.#isHopeful) return;
      this.#waiting.delete(call);
      if (way !== undefined) call.leave(way.connection, way.load);
      else call.refuse(this.#refusal);
    }
  }

  get #isHopeful(): boolean {
    if (this.#state === 'searching') return this.#unknown === '';
    return this.#state === 'found' && this.#replicas.isHopeful;
  }

  get #refusal(): CallError {
    if (this.#state === 'closed') return new CallError(Status.UNAVAILABLE, 'the channel is closed');
    const fault = this.#unknown || this.#replicas.fault;
    return new CallError(Status.UNAVAILABLE, `no replica can be reached: ${fault}`);
  }
}
